// A post's address, by the device's own sheet or to be pasted. Without this the link leads to the post.
import { _ } from "./words.js";
const SAID = 2000; // milliseconds
const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("role", "status");
document.body.append(said);

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a.share");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const url = link.href;
  // On computers the sheet is slower than pasting.
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    return navigator.share({ url, title: document.title }).catch(() => {});
  }
  try {
    await navigator.clipboard.writeText(url);
  } catch {
    return location.assign(url);
  }
  said.textContent = link.textContent = _("Link copied");
  setTimeout(() => {
    said.textContent = "";
    link.textContent = _("Share");
  }, SAID);
});
