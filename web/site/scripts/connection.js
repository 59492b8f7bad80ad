// The page's live connection: its cursors, the line it takes, and what ends a page.
import { Branch } from "./branch.js";
import { Line } from "./line.js";
import { Live } from "./live.js";
import { show } from "./status.js";

const { dataset } = document.body;
const cursors = new Map(JSON.parse(dataset.live).map((c) => [c.s, c]));

export const cursorOf = (s) => cursors.get(s);
export const csrf = dataset.csrf;
const { lang } = document.documentElement;

export const live = new Live((state, why) => {
  document.documentElement.dataset.live = state;
  show(state, why);
});
live.line = "SharedWorker" in window ? new Branch(live, csrf, lang) : new Line(live, { csrf, lang });

export function start() {
  if (live.streams.size) live.line.start();
}

for (const name of ["online", "offline"]) addEventListener(name, () => live.line.net(navigator.onLine));
document.addEventListener("visibilitychange", () => document.hidden || live.line.hurry());
// A page that the browser keeps for the way back holds no connection, and goes on from its cursors.
addEventListener("pagehide", () => live.line.stop());
addEventListener("pageshow", ({ persisted }) => persisted && start());

// A piece of page from the server's own template.
export function html(text) {
  const template = document.createElement("template");
  template.innerHTML = text.trim();
  return template.content.firstElementChild;
}

export const writing = () => [...document.querySelectorAll("textarea")].some((area) => area.value.trim());

const SPREAD = 10000; // ms over which everybody comes back to a restored database
let going;

// Too far behind to catch up: read the page afresh, unless somebody is in the middle of a sentence.
export function again(why) {
  const go = () => writing() ? notice("resync-notice") : location.reload();
  going ??= setTimeout(go, why === "epoch" ? Math.random() * SPREAD : 0);
}

export function gone() {
  notice("gone-notice");
  for (const composer of document.querySelectorAll("main form, main live-thread, main live-topics, main .here")) composer.remove();
}

// Only a member may follow their own stream: whoever the hub takes us for now, it is not who this page is for.
export function signedOut() {
  live.line.stop();
  live.end(4001);
}

function notice(id) {
  const main = document.getElementById("main");
  if (!main.querySelector(":scope > .notice")) main.prepend(document.getElementById(id).content.cloneNode(true));
}
