// What the page says of its connection: nothing, unless it has been away for a while.
import { _ } from "./words.js";

const PATIENCE = 2000, AT_FIRST = 10000; // ms; a page that was never live has hardly been read yet
const SHOWN = 4000;

const SENTENCES = {
  waiting: _("Reconnecting…"),
  offline: _("You are offline. This page goes on when you are back."),
  live: _("Up to date again."),
  1008: _("This page is no longer updated. Load it again."),
  1009: _("This page is no longer updated. Load it again."),
  4001: _("You have been signed out. Load the page again."),
  4003: _("You have signed in or out since. Load the page again."),
  4010: _("The hub is open in too many places. Close some, and this page goes on."),
};

const line = document.getElementById("live-state");
let patience = AT_FIRST, waiting, calm, next;

export function show(state, why) {
  if (state === "live") {
    patience = PATIENCE;
    quiet();
    if (line.textContent) {
      say(state);
      calm = setTimeout(say, SHOWN, "");
    }
  } else if (state === "idle") {
    quiet();
    say("");
  } else if (SENTENCES[why] ?? SENTENCES[state]) {
    next = SENTENCES[why] ? why : state;
    if (line.textContent || next === why) say(next);
    else waiting ??= setTimeout(() => say(next), patience);
  }
}

function quiet() {
  clearTimeout(waiting);
  waiting = undefined;
}

function say(what) {
  clearTimeout(calm);
  const sentence = SENTENCES[what] ?? "";
  if (line.textContent !== sentence) line.textContent = sentence;
}
