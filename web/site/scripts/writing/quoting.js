// What is selected in a post can be quoted: by a button beside it, or by Alt+Q. Quotes name nobody: the answer itself says
// whom it answers, for as long as that may be said.
import "./styles.js";
import { _ } from "../words.js";

const LONGEST = 4000;

let button, chosen;

export function offer() {
  const found = quotable(getSelection());
  chosen = found ?? chosen;
  if (!found) return document.activeElement === button || hide();
  button ??= make();
  const box = found.range.getBoundingClientRect(), wide = document.documentElement.clientWidth;
  button.hidden = false;
  button.style.insetBlockStart = `${Math.max(0, box.bottom + scrollY + 6)}px`;
  button.style.insetInlineStart = `${Math.min(Math.max(8, box.left + scrollX), wide - button.offsetWidth - 8)}px`;
  // Next in the order of focus.
  if (button.previousElementSibling !== found.prose) found.prose.after(button);
}

function quotable(selection) {
  if (selection.isCollapsed || !selection.rangeCount || !document.querySelector("reply-form")) return null;
  const range = selection.getRangeAt(0), at = range.commonAncestorContainer;
  const prose = (at.nodeType === 1 ? at : at.parentElement)?.closest(".post > .prose"), text = selection.toString().trim();
  const post = prose?.closest(".post:not(.pending)");
  return post && text ? { range, prose, post, text: text.slice(0, LONGEST) } : null;
}

function make() {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "quote", textContent: _("Quote"), title: _("Quote ({keys})", { keys: "Alt+Q" }) });
  made.setAttribute("aria-keyshortcuts", "Alt+Q");
  made.addEventListener("mousedown", (event) => event.preventDefault()); // or the selection is gone
  made.addEventListener("click", quote);
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "KeyQ" && !made.hidden) { event.preventDefault(); quote(); }
    if (event.key === "Escape") hide();
  });
  return made;
}

function quote() {
  const { post, text } = chosen, composer = document.querySelector("reply-form"), { area, form } = composer;
  const { id, number } = post.dataset, { parent } = form.elements;
  const name = post.querySelector("[data-reply]")?.dataset.name ?? "";
  if (!parent.value && !area.value.trim()) composer.answer(id, name);
  const where = parent.value === id ? "" : `[${_("Post {number}", { number })}](/posts/${id}):\n\n`;
  const quoted = text.split(/\n/).map((line) => `> ${line}`.trimEnd()).join("\n");
  const before = area.value.trimEnd();
  area.value = `${before ? `${before}\n\n` : ""}${where}${quoted}\n\n`;
  hide();
  getSelection().removeAllRanges();
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function hide() {
  if (button) button.hidden = true;
}
