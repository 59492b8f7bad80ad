// The column of one's networks: what waits in them comes after the page, which need not wait for it, and is asked for again
// when it may have changed.
import { live, cursorOf, html } from "./connection.js";
import { tell } from "./times.js";

const SOON = 1500;      // ms after one has read something, here or on another screen
const SPREAD = 20000;   // ms over which a network's members ask again when somebody posts
const CALM = 60000;     // ms that an answer is good for, whatever others do
const side = document.querySelector(".side");
let timer, asked = 0, late = false;

async function refresh() {
  timer = undefined;
  if ((late = document.hidden)) return;
  asked = Date.now();
  const answer = await fetch("/side").catch(() => {});
  if (!answer?.ok || answer.redirected) return;
  const focused = side.contains(document.activeElement) && document.activeElement.getAttribute("href");
  const here = side.querySelector("[aria-current]")?.getAttribute("href");
  const fresh = html(`<div>${await answer.text()}</div>`);
  for (const link of fresh.querySelectorAll("a")) if (link.getAttribute("href") === here) link.setAttribute("aria-current", "true");
  tell(fresh);
  side.replaceChildren(...fresh.childNodes);
  if (focused) [...side.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
}

const again = (wait) => (timer ??= setTimeout(refresh, wait));

// A number that stands there already only grows; whoever is up to date wants to know.
function heard(kind, network) {
  if (kind.startsWith("dropin.")) again(Math.random() * SPREAD);
  else if (kind.startsWith("topic.") && !side.querySelector(`[data-network="${network}"] .waits`)) {
    again(Math.max(Math.random() * SPREAD, asked + CALM - Date.now()));
  }
}

for (const { s } of JSON.parse(document.body.dataset.live)) {
  if (s.startsWith("n:")) live.follow(cursorOf(s), { event: (kind) => heard(kind, s.slice(2)) });
  if (s.startsWith("m:")) live.follow(cursorOf(s), { event: (kind) => /^(read|membership)\./.test(kind) && again(SOON) });
}
document.addEventListener("visibilitychange", () => document.hidden || (late && again(0)));
again(0);
