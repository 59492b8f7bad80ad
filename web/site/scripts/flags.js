// The hosts' queue of flags: how many wait is told to each host's own stream, and the open queue is read again.
import { live, cursorOf, writing } from "./connection.js";
import { tell } from "./times.js";

const me = cursorOf(`m:${document.body.dataset.member}`);
if (me) live.follow(me, { event: (kind, d) => kind === "flags.changed" && take(d) });

function take({ network, waiting }) {
  for (const count of document.querySelectorAll(`[data-flags="${network}"]`)) {
    count.textContent = waiting || "";
    count.hidden = !waiting;
  }
  const queue = document.querySelector(`live-flags[data-network="${network}"]`);
  if (queue) refresh(queue);
}

// Who is in the middle of a sentence keeps it: the hub says if another host was quicker.
async function refresh(queue) {
  if (writing() || queue.contains(document.activeElement)) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const page = document.createElement("template"); // in which no style and no script does anything
  page.innerHTML = await answer.text();
  const fresh = page.content.querySelector("live-flags");
  if (fresh && !writing()) {
    queue.replaceChildren(...fresh.childNodes);
    tell(queue);
  }
}
