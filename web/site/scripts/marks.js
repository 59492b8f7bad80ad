// What a page shows of reactions, votes, the answer and tags, kept as it is now. What people do to them is in acting.js, which
// comes when it is first needed; without either all of it works by plain forms.
import { live, cursorOf, html, csrf } from "./connection.js";
import { tell } from "./times.js";

const form = document.getElementById("acts"), stream = document.querySelector("live-thread")?.dataset.stream;

export function take(kind, d) {
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
  const [turnout, ...numbers] = Object.keys(set);
  if (asking || numbers.length || !document.getElementById(`c1-${turnout.slice(1)}`)?.textContent) return;
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
  const there = at ? [...fresh.querySelectorAll("button")].filter((b) => b.formAction === formAction && b.checkVisibility()) : [];
  (there.find((b) => b.value === value) ?? there[0])?.focus();
}

// One's own: a rule of the page shows the other of two buttons. It comes by one's own stream, so on all one's screens.
function own(kind, d) {
  if (kind === "mine.tally") return take(kind, d);
  if (!kind.startsWith("mine.") || !d.key) return;
  const chip = `[data-key="${CSS.escape(d.key)}"]`, at = document.activeElement?.closest(chip), { sheet } = document.querySelector("style");
  for (const [what, shown] of [["give", !d.on], ["take", d.on]]) sheet.insertRule(`${chip} > .${what} { display: ${shown ? "inline-flex" : "none"} }`, sheet.cssRules.length);
  at?.querySelector(d.on ? ".take" : ".give")?.focus();
}

const acting = () => import("./acting.js");

if (form) {
  form.addEventListener("submit", (event) => {
    if (!csrf || !event.submitter) return; // a visitor is asked to sign in
    event.preventDefault();
    acting().then(({ send }) => send(event.submitter), () => location.reload());
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-react]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    acting().then(({ open }) => open(link), () => location.assign(link.href));
  });
  const me = cursorOf(`m:${document.body.dataset.member}`);
  if (cursorOf(stream)) live.follow(cursorOf(stream), { event: take });
  if (me) live.follow(me, { event: own });
}
