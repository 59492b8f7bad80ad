// The panels of a room. An event of its stream brings what is to be seen, and one rule puts it there:
//   html   one element with an id: it takes the place of the one that has it, else it goes into the container that
//          `data-in` names, where `data-order` puts it
//   gone   the id of an element that is no more
//   set    texts by the ids of elements, where a whole item would be too much: {"votes-12": "7"}
// The bytes are the same for all. What is the reader's own is in data-mine of <live-room> when the page comes, and is kept
// by the events `mine.…` of their stream: an element with such a `data-key` is pressed, or has the class "mine".
// Nothing that somebody writes is lost, nor what they look at: what is there is changed, not replaced.
import { csrf, html, live } from "./connection.js";
import { tell } from "./times.js";
import { _ } from "./words.js";

const LOST = _("The connection is lost, and this was not sent. Try again in a moment.");
const FIELDS = "input:not([type=hidden]), textarea, select";

export class Panels {
  constructor(room) {
    this.room = room;
    this.mine = new Set(JSON.parse(room.dataset.mine || "[]"));
    room.addEventListener("submit", (event) => this.submit(event));
    this.dress(room);
  }

  take({ html: text, gone, set = {} }) {
    for (const [id, words] of Object.entries(set)) {
      const shown = this.find(id);
      if (!shown || shown.textContent === String(words)) continue;
      shown.textContent = words;
      if (shown.dataset.ranks) this.onRank?.(shown);
    }
    if (gone) this.find(gone)?.remove();
    if (text) this.put(html(text));
  }

  // Where it belongs. The element as it then is on the page, and whether it is new there.
  put(fresh) {
    let shown = fresh.id && this.find(fresh.id);
    const fresher = !shown;
    if (shown) shown = this.keeping(() => morph(shown, fresh));
    else shown = fresh;
    const into = shown.dataset.in && this.find(shown.dataset.in);
    if (into && !settled(shown, into)) this.keeping(() => (into.insertBefore(shown, next(shown, into)), shown));
    if (!shown.isConnected) return;
    this.dress(shown);
    if (fresher) shown.classList.add("arrived");
    this.onPut?.(shown, fresher);
  }

  // The whole room as another page of it shows it.
  swap(fresh) {
    this.mine = new Set(JSON.parse(fresh.dataset.mine || "[]"));
    this.keeping(() => morph(this.room, fresh));
    this.dress(this.room);
  }

  // Of the reader's own stream: {key, on}.
  own({ key, on }) {
    on ? this.mine.add(key) : this.mine.delete(key);
    for (const each of this.room.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) this.wear(each);
  }

  dress(root) {
    tell(root);
    for (const each of root.querySelectorAll("[data-key]")) this.wear(each);
    if (root.dataset.key) this.wear(root);
  }

  // A button that is pressed takes back what it gave.
  wear(element) {
    const on = this.mine.has(element.dataset.key);
    element.classList.toggle("mine", on);
    if (!element.matches("button")) return;
    element.setAttribute("aria-pressed", on);
    element.value = on ? "" : "1";
  }

  find(id) {
    const found = document.getElementById(id);
    return this.room.contains(found) ? found : null;
  }

  // Where somebody writes, the cursor stays.
  keeping(change) {
    const { activeElement: at } = document, { selectionStart: from, selectionEnd: to } = at;
    const shown = change();
    if (at !== document.activeElement && at.isConnected && this.room.contains(at)) {
      at.focus({ preventScroll: true });
      if (from != null) at.setSelectionRange(from, to);
    }
    return shown;
  }

  async submit(event) {
    const form = event.target, button = event.submitter;
    if (!form.matches("form[data-here]")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    button?.setAttribute("aria-disabled", "true");
    const said = new FormData(form, button), body = new URLSearchParams(said);
    body.set("csrf", csrf);
    try {
      const headers = { accept: "application/problem+json" };
      const answer = await fetch(form.action, { method: "POST", body, headers, redirect: "manual" });
      const done = answer.ok || answer.type === "opaqueredirect";
      say(form, done ? {} : await answer.json().catch(() => ({ detail: LOST })));
      if (done) this.sent(form, said);
    } catch {
      say(form, { detail: LOST });
    }
    delete form.dataset.busy;
    button?.removeAttribute("aria-disabled");
  }

  // What was sent is gone from its fields; what was written since stays.
  sent(form, said) {
    for (const field of form.querySelectorAll(FIELDS)) {
      if (field.matches("[data-stays]")) continue; // who asks without a name may ask again
      if (field.matches("[type=checkbox], [type=radio]")) field.checked = field.defaultChecked;
      else if ("defaultValue" in field && field.value === said.get(field.name)?.replaceAll("\r\n", "\n")) field.value = field.defaultValue;
    }
    const around = form.closest("details.sure");
    if (around) around.open = false;
    this.onSent?.(form);
    if (!live.up) location.reload();
  }
}

// The refusal, beside its field.
function say(form, { detail = "", field }) {
  const wrong = form.elements.namedItem(field ?? "");
  const beside = wrong instanceof Element && wrong.type !== "hidden" ? wrong : null;
  let line = form.querySelector(".error");
  if (!line && !detail) return;
  line ??= Object.assign(document.createElement("p"), { className: "error" });
  line.setAttribute("role", "alert");
  line.textContent = detail;
  line.hidden = !detail;
  beside ? beside.before(line) : form.append(line);
  if (detail) beside?.focus();
}

// Make what is there like what it should be, and keep what is the reader's: half a sentence, a fold that is open, the focus.
export function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.nodeType !== 1) {
    if (old.nodeName === fresh.nodeName) old.data === fresh.data || (old.data = fresh.data);
    else old.replaceWith(fresh);
    return old.nodeName === fresh.nodeName ? old : fresh;
  }
  if (old.isEqualNode(fresh) || old.hasAttribute("data-keep")) return old;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !KEPT.includes(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !KEPT.includes(name)) old.setAttribute(name, value);
  // What was typed is no attribute, and stays; but these two hold it by their children.
  if (old.matches("textarea, select")) return old;
  const named = new Map([...old.children].filter((e) => e.id).map((e) => [e.id, e]));
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const same = child.id ? named.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : null;
    if (!same) old.insertBefore(child, at);
    else {
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      morph(same, child);
    }
  }
  while (at) {
    const leaves = at;
    at = at.nextSibling;
    if (!(leaves.nodeType === 1 && [leaves, ...leaves.querySelectorAll(FIELDS)].some(written))) leaves.remove();
  }
  return old;
}

const KEPT = ["open", "data-busy", "aria-disabled", "data-tab"];

function written(field) {
  if (!field.matches(FIELDS)) return false;
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((o) => o.selected !== o.defaultSelected) && [...field.options].some((o) => o.defaultSelected);
  return field.value !== field.defaultValue;
}

// Numbers by size, all else by its letters.
function before(a, b) {
  const x = Number(a), y = Number(b);
  return Number.isNaN(x) || Number.isNaN(y) ? a < b : x < y;
}

const order = (element) => element.dataset?.order ?? "";
const next = (element, into) => [...into.children].find((e) => e !== element && before(order(element), order(e))) ?? null;

function settled(element, into) {
  const { previousElementSibling: p, nextElementSibling: n } = element;
  return element.parentElement === into && !(p && before(order(element), order(p))) && !(n && before(order(n), order(element)));
}
