// A form that was sent says so on its button until the answer is there; what a script sends itself is not ours.
const PATIENCE = 10000; // ms; some answers are files, and leave the page as it is
const calm = (button) => button.removeAttribute("aria-busy");

addEventListener("submit", (event) => {
  const { submitter } = event;
  setTimeout(() => {
    if (event.defaultPrevented || !submitter) return;
    submitter.setAttribute("aria-busy", "true");
    setTimeout(calm, PATIENCE, submitter);
  });
});
// Whoever comes back meets the page as it was.
addEventListener("pagehide", () => document.querySelectorAll("button[aria-busy]").forEach(calm));
