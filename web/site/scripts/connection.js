// The page's one live connection, its cursors, and what it says of its state.
import { Live } from "./live.js";

const { dataset } = document.body;
const cursors = new Map(JSON.parse(dataset.live).map((c) => [c.s, c]));
const state = document.getElementById("live-state");

export const cursorOf = (s) => cursors.get(s);
export const csrf = dataset.csrf;

let lost = 0, calm = 0;
export const live = new Live({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`,
  csrf,
  onState(now) {
    document.documentElement.dataset.live = now;
    if (now === "waiting") lost ||= setTimeout(() => say("Reconnecting…"), 2000);
    if (now === "live" || now === "ended") {
      clearTimeout(lost);
      lost = 0;
    }
    if (now === "live" && state.textContent) {
      say("Up to date again.");
      calm = setTimeout(say, 4000, "");
    }
    if (now === "ended") say("You have been signed out. Load the page again.");
  },
});

function say(sentence) {
  clearTimeout(calm);
  state.textContent = sentence;
}

addEventListener("online", () => live.hurry());
addEventListener("pageshow", () => live.hurry());
document.addEventListener("visibilitychange", () => document.hidden || live.hurry());

// A piece of page from the server's own template.
export function html(text) {
  const template = document.createElement("template");
  template.innerHTML = text.trim();
  return template.content.firstElementChild;
}

export const writing = () => [...document.querySelectorAll("textarea")].some((area) => area.value.trim());

// Too far behind to catch up: read the page afresh, unless somebody is in the middle of a sentence.
export function again() {
  if (!writing()) return location.reload();
  notice("resync-notice");
}

export function gone() {
  notice("gone-notice");
  for (const composer of document.querySelectorAll("main form, main live-thread, main live-topics, main .here")) composer.remove();
}

function notice(id) {
  const main = document.getElementById("main");
  if (!main.querySelector(":scope > .notice")) main.prepend(document.getElementById(id).content.cloneNode(true));
}
