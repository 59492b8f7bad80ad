// What people do to posts with one touch, without leaving the page: react, vote, mark the answer, bring back.
import { live, csrf } from "./connection.js";
import { _ } from "./words.js";

const form = document.getElementById("acts"), kinds = document.getElementById("kinds");

export async function send(button) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const body = new URLSearchParams({ csrf, [button.name || "do"]: button.value });
  let wrong;
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { accept: "application/problem+json" }, redirect: "manual" });
    if (!answer.ok && answer.type !== "opaqueredirect") wrong = (await answer.json()).detail;
  } catch {
    wrong = _("The connection is lost, and this was not saved. Try again in a moment.");
  }
  delete form.dataset.busy;
  say(button, wrong);
  if (wrong) return;
  if (kinds.contains(button)) close();
  if (!live.up) location.reload();
}

let line;
function say(button, wrong) {
  line?.remove();
  if (!wrong) return;
  line = Object.assign(document.createElement("p"), { className: "error", textContent: wrong });
  line.setAttribute("role", "alert");
  button.closest("p, li, footer").after(line);
}

// The kinds of reactions come to the post. Without scripts they are on a page of their own.
let opener;
export function open(link) {
  if (opener === link) return close();
  opener?.removeAttribute("aria-expanded");
  opener = link;
  link.setAttribute("aria-expanded", "true");
  for (const button of kinds.querySelectorAll("button")) button.setAttribute("formaction", `/posts/${link.dataset.react}/reactions`);
  link.closest("footer").after(kinds);
  kinds.hidden = false;
  kinds.querySelector("button").focus();
}

function close() {
  kinds.hidden = true;
  form.after(kinds); // a post that is drawn anew takes nothing with it
  opener?.removeAttribute("aria-expanded");
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = undefined;
}

kinds.addEventListener("keydown", (event) => event.key === "Escape" && close());
