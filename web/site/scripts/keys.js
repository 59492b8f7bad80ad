// Keys that lead somewhere, where nobody is writing. Those of one character can be turned off (WCAG 2.1.4), because programs
// that listen to speech may type them by mistake; Ctrl-K always works.
const PLACES = { h: "/", w: "/networks", n: "/notices", u: "/unread", b: "/bookmarks", s: "/settings" };
const SOON = 1500; // ms between g and the place
const STOPS = "article.post, li.topic, .notices > li, .hits > li, .people > li";
const WRITING = "textarea, select, dialog, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit])";

export const keys = {
  get on() { return localStorage.keys !== "off"; },
  set on(on) { on ? localStorage.removeItem("keys") : localStorage.setItem("keys", "off"); },
};

const ACTS = {
  "/": () => palette(),
  "?": () => sheet(),
  j: () => step(1),
  k: () => step(-1),
  r: () => press(here()?.querySelector("[data-reply]")) || document.querySelector("reply-form textarea")?.focus(),
  e: () => press(here()?.querySelector('a[href^="/posts/"][href$="/edit"]')),
  c: () => press(document.querySelector('main a[href$="/topics/new"]')),
};

const palette = () => import("./palette.js").then(({ open }) => open());
const sheet = () => import("./key-sheet.js").then(({ open }) => open());

const stops = () => [...document.getElementById("main").querySelectorAll(STOPS)].filter((stop) => stop.checkVisibility());
const here = () => document.activeElement.closest("article.post");

// What is hidden by a rule is for others; what is in a shut menu is not.
function press(act) {
  if (!act || [act, act.parentElement].some((each) => getComputedStyle(each).display === "none")) return false;
  act.click();
  return true;
}

// From where one is, else from the first that is in sight.
function step(way) {
  const all = stops(), at = all.findIndex((stop) => stop.contains(document.activeElement));
  const seen = all.findIndex((stop) => stop.getBoundingClientRect().bottom > 0);
  const stop = all[at >= 0 ? at + way : way > 0 ? seen : seen - 1];
  if (!stop) return;
  const to = stop.matches("article") ? stop : stop.querySelector("a[href], button") ?? stop;
  if (to === stop) stop.tabIndex = -1;
  to.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "nearest" });
}

let going = 0;

addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey, shiftKey, defaultPrevented, isComposing } = event;
  if (defaultPrevented || altKey || isComposing) return;
  let act;
  if (ctrlKey || metaKey) { // where it is no link in a text
    if (key.toLowerCase() === "k" && !shiftKey && !target.closest?.("textarea, [contenteditable]")) act = palette;
  } else if (keys.on && !target.closest?.(WRITING)) {
    const place = event.timeStamp - going < SOON && PLACES[key];
    going = key === "g" ? event.timeStamp : 0;
    act = place ? () => location.assign(place) : Object.hasOwn(ACTS, key) && ACTS[key];
  }
  if (!act) return;
  event.preventDefault();
  act();
});

document.getElementById("keys")?.addEventListener("click", sheet);
