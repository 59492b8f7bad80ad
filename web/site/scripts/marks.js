// What people do to posts with one touch (react, vote, mark the answer, bring back) without leaving the page; and what the
// page shows of it, kept as it is now. Buttons belong to the form #acts, so all of it works without this file as well.
import { live, cursorOf, html, csrf } from "./connection.js";
import { tell } from "./times.js";

const LOST = "The connection is lost, and this was not saved. Try again in a moment.";
const form = document.getElementById("acts"), kinds = document.getElementById("kinds"), stream = document.querySelector("live-thread")?.dataset.stream;

function take(kind, d) {
  if (kind === "reactions.counted") for (const [each, n] of Object.entries(d.reactions ?? {})) write(`[data-key="${each}-${d.id}"] b`, n);
  if (kind === "reactions.listed" && d.html) swap(document.getElementById(`r${d.id}`), html(d.html));
  if (kind === "head.changed" && d.html) swap(document.getElementById(`around-${d.id}`), html(d.html));
  for (const [id, n] of Object.entries(d.set ?? {})) {
    write(`#${CSS.escape(id)}`, n);
    const bar = id[0] === "c" && document.getElementById(`b${id.slice(1)}`);
    if (bar) Object.assign(bar, { max: Math.max(1, d.set[`t${id.split("-")[1]}`]), value: n, hidden: false });
  }
  if (kind === "ballots.counted" && d.set) refresh(d.set);
}

// Where only who has voted sees the numbers they are in no frame for all: whoever has them asks anew, once for many votes.
let asking;
function refresh(set) {
  const turnout = Object.keys(set)[0];
  if (asking || Object.keys(set).length > 1 || !document.getElementById(`c1-${turnout.slice(1)}`)?.textContent) return;
  asking = setTimeout(async () => {
    asking = undefined;
    const answer = await fetch(`/topics/${stream.slice(2)}/poll/numbers`).catch(() => {});
    if (answer?.ok) take("", await answer.json());
  }, 1000 + Math.random() * 3000);
}

function write(where, words) {
  for (const each of document.querySelectorAll(where)) each.textContent = words;
}

// Where the fresh one is, whoever was at a button of the old one stays at it, and keeps the numbers that they alone may see.
function swap(old, fresh) {
  if (!old) return;
  const at = old.contains(document.activeElement) && document.activeElement, { formAction, value } = at || {};
  for (const each of fresh.querySelectorAll(".number:empty, meter[hidden]")) {
    const had = document.getElementById(each.id);
    if (had) each.replaceWith(had);
  }
  old.replaceWith(fresh);
  tell(fresh);
  if (at) [...fresh.querySelectorAll("button")].find((b) => b.formAction === formAction && b.value === value && b.checkVisibility())?.focus();
}

// One's own: a rule of the page shows the other of two buttons. It comes by one's own stream, so on all one's screens.
function own(kind, d) {
  if (kind === "mine.tally") return take(kind, d);
  if (!kind.startsWith("mine.") || !d.key) return;
  const chip = `[data-key="${CSS.escape(d.key)}"]`, at = document.activeElement?.closest(chip), { sheet } = document.querySelector("style");
  for (const [what, shown] of [["give", !d.on], ["take", d.on]]) sheet.insertRule(`${chip} > .${what} { display: ${shown ? "inline-flex" : "none"} }`, sheet.cssRules.length);
  at?.querySelector(d.on ? ".take" : ".give")?.focus();
}

async function send(event) {
  const button = event.submitter;
  if (!csrf || !button) return; // a visitor is asked to sign in
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const body = new URLSearchParams({ csrf, [button.name || "do"]: button.value });
  let wrong;
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { accept: "application/problem+json" }, redirect: "manual" });
    if (!answer.ok && answer.type !== "opaqueredirect") wrong = (await answer.json()).detail;
  } catch {
    wrong = LOST;
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
function open(event) {
  const link = event.target.closest?.("[data-react]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
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

if (form) {
  form.addEventListener("submit", send);
  document.addEventListener("click", open);
  kinds.addEventListener("keydown", (event) => event.key === "Escape" && close());
  const me = cursorOf(`m:${document.body.dataset.member}`);
  if (cursorOf(stream)) live.follow(cursorOf(stream), { event: take });
  if (me) live.follow(me, { event: own });
}
