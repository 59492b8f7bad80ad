// Every page: times, the one live connection, banners. A page's own elements are defined by the scripts that its template
// names, which run before this one, or by those that come later because nobody waits for them.
import { live, cursorOf, html, again, signedOut, start, csrf } from "./connection.js";
import { newName } from "./live.js";
import { _ } from "./words.js";
import "./times.js";
import "./busy.js";
import "./keys.js";
import "./focus.js";

const LATER = {
  "live-waiting": () => import("./waiting.js"),
  "file-drop": () => import("./attach.js"),
  "copy-link": () => import("./copy.js"),
  "a.share": () => import("./share.js"),
};
for (const [what, load] of Object.entries(LATER)) if (document.querySelector(what)) load();
if (document.querySelector(".side")?.checkVisibility()) import("./side.js");

// Whatever a form starts has a name from here, so that a second click starts no second one.
for (const op of document.querySelectorAll("form input[name=op]")) op.value ||= newName();

const READING = 2000; // ms
const banners = document.getElementById("banners"), counter = document.getElementById("unread");
const here = document.querySelector("live-thread")?.dataset.topic;
let hearing;

// A drop-in opens: say so on every page of that network's members, except in the room itself.
for (const { s } of JSON.parse(document.body.dataset.live)) {
  if (s.startsWith("n:") && document.body.dataset.member) {
    live.follow(cursorOf(s), {
      event(kind, d) {
        const shown = document.getElementById(`live-${d.id}`);
        if (/\.(open|extend)ed$/.test(kind) && !shown && location.pathname !== `/drop-ins/${d.id}`) hang(html(d.html));
        if (/\.(clos|cancell)ed$/.test(kind)) shown?.remove();
      },
      resync: again,
    });
  }
  if (s.startsWith("m:")) live.follow(cursorOf(s), { event: told, resync: again, gone: signedOut });
}

// What comes while somebody reads hangs over the page: nothing moves, and it is seen wherever they are.
let hanging;
function hang(banner) {
  if (!banner.querySelector("form")) {
    const close = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: _("Not now") });
    close.addEventListener("click", () => banner.remove());
    banner.append(close);
  }
  if (!hanging?.isConnected) banners.append(hanging = Object.assign(document.createElement("div"), { className: "hanging" }));
  hanging.append(banner);
  return banner;
}

function told(kind, { unread, topic, banner, html: text }) {
  if (!kind.startsWith("notice.")) return;
  if (unread !== undefined) counter.textContent = unread || "";
  if (topic && topic === here && kind === "notice.added") hear();
  const shown = document.getElementById(banner);
  if (!text) shown?.remove();
  else if (!shown && kind === "notice.added") {
    const late = hang(html(text));
    late.querySelector("[name=csrf]").value = csrf;
  }
}

// Whoever has a topic before them need not be told of it.
function hear() {
  clearTimeout(hearing);
  if (here && counter?.textContent && !document.hidden) {
    hearing = setTimeout(() => document.hidden || navigator.sendBeacon(`/topics/${here}/notices/read`, new URLSearchParams({ csrf })), READING);
  }
}
document.addEventListener("visibilitychange", hear);
hear();

start();
addEventListener("load", () => import("./install.js"));
