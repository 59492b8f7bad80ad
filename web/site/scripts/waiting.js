// The lists of what is unread and new. What belongs there only the hub knows, so the page is read again when something
// happened, and what changed is put in its place.
import { live, cursorOf, html, again } from "./connection.js";
import { tell } from "./times.js";

const GATHER = 800, REST = 4000; // ms: what happens together is fetched together, and not without end

// The same part of this page, as it is now.
export async function refresh(part) {
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return;
  const text = await answer.text(), begin = text.indexOf(`<${part.localName}`);
  if (begin < 0 || !part.isConnected) return;
  const fresh = html(text.slice(begin, text.indexOf(`</${part.localName}>`, begin)));
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const row = focused?.closest("[id]")?.id, which = row && [...document.getElementById(row).querySelectorAll("a, button")].indexOf(focused);
  part.replaceChildren(...fresh.childNodes);
  tell(part);
  if (focused) (row ? document.getElementById(row)?.querySelectorAll("a, button")[which] : part.querySelector("a"))?.focus({ preventScroll: true });
}

class LiveWaiting extends HTMLElement {
  connectedCallback() {
    for (const { s } of JSON.parse(document.body.dataset.live)) {
      if (s.startsWith("n:")) live.follow(cursorOf(s), { event: (kind) => kind.startsWith("topic.") && this.soon(), resync: again });
      if (s.startsWith("m:")) live.follow(cursorOf(s), { event: (kind) => kind.startsWith("read.") && this.soon(), resync: again });
    }
    document.addEventListener("visibilitychange", () => document.hidden || (this.late && this.soon()));
  }

  soon() {
    this.late = true;
    if (this.timer || document.hidden) return;
    this.timer = setTimeout(() => this.now(), Math.max(GATHER, (this.last ?? 0) + REST - Date.now()));
  }

  async now() {
    this.late = false;
    this.last = Date.now();
    await refresh(this).catch(() => {});
    this.timer = undefined;
    if (this.late) this.soon();
  }
}

customElements.define("live-waiting", LiveWaiting);
