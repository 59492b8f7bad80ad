// A network's list of topics: what is new or active moves to the top, softly.
import { live, cursorOf, html, again, gone } from "./connection.js";
import { tell } from "./times.js";

class LiveTopics extends HTMLElement {
  connectedCallback() {
    const cursor = cursorOf(this.dataset.stream);
    if (cursor) live.follow(cursor, { event: (kind, d) => this.take(kind, d), resync: again, gone });
  }

  take(kind, d) {
    if (!kind.startsWith("topic.") || !d.html) return;
    const list = this.querySelector("ol"), row = html(d.html);
    document.getElementById(row.id)?.remove();
    row.classList.add("arrived");
    list.prepend(row);
    this.parentElement.querySelector(".empty")?.remove();
    tell(list);
  }
}

customElements.define("live-topics", LiveTopics);
