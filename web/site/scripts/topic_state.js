// What hosts do to a topic, on the pages of those who read it: it is locked or renamed, rearranged, or elsewhere now.
import { live, cursorOf, html, again, writing } from "./connection.js";
import { tell } from "./times.js";
import { _ } from "./words.js";

const SPREAD = 3000; // ms over which the readers of a rearranged topic read it afresh

const thread = document.querySelector("live-thread[data-topic]"), cursor = thread && cursorOf(thread.dataset.stream);
if (cursor) live.follow(cursor, { event: take });

function take(kind, d) {
  if (kind === "state.changed") stand(d);
  else if (kind === "topic.split") setTimeout(again, Math.random() * SPREAD, "rearranged");
  else if (kind === "topic.merged" && d.into) elsewhere(`/topics/${d.into}`, _("This discussion is part of another one now."));
  else if (kind === "topic.moved") elsewhere(`/topics/${d.id}`, _("This discussion has moved to another network."));
  else if (kind.startsWith("post.") && d.gone) thread.querySelector(`[data-id="${d.id}"]`)?.remove();
}

function stand({ title, html: text }) {
  const shown = document.getElementById("topic-state");
  if (!shown) return;
  const fresh = html(text), composer = document.getElementById("composer");
  shown.replaceWith(fresh);
  tell(fresh);
  document.querySelector("h1").textContent = title;
  // Half a sentence is nobody's to take away: the hub says no when it is sent.
  if (composer && !("stays" in composer.dataset)) composer.hidden = "locked" in fresh.dataset && !writing();
}

function elsewhere(address, words) {
  const line = Object.assign(document.createElement("div"), { className: "notice" });
  line.setAttribute("role", "alert");
  line.append(Object.assign(document.createElement("p"), { textContent: words }), Object.assign(document.createElement("a"), { href: address, textContent: _("Go there") }));
  document.getElementById("main").prepend(line);
}
