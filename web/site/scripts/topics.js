// A list of topics, of one network or of all one's own: what is new or active moves to the top, softly.
import { live, cursorOf, html, again, gone } from "./connection.js";
import { tell } from "./times.js";
import { many } from "./words.js";

const LONGEST = 40;

class LiveTopics extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    const all = JSON.parse(document.body.dataset.live), { stream } = this.dataset;
    const follow = (s, listener) => cursorOf(s) && live.follow(cursorOf(s), listener);
    if (stream) follow(stream, { event: (kind, d) => this.take(kind, d), resync: again, gone });
    else for (const { s } of all.filter((c) => c.s.startsWith("n:"))) follow(s, { event: (kind, d) => this.take(kind, d), resync: again });
    follow(`m:${document.body.dataset.member}`, { event: (kind, d) => this.read(kind, d) });
  }

  // Here or on another screen: one topic, or many at once.
  read(kind, d) {
    if (kind === "read.moved") this.readTo(d);
    else if (kind.startsWith("read.")) import("./waiting.js").then(({ refresh }) => refresh(this)).then(() => (this.list = this.querySelector("ol")));
  }

  take(kind, d) {
    if (kind.startsWith("topic.") && d.gone) document.getElementById(`topic-${d.id}`)?.remove(); // to where this list may not follow
    if (!kind.startsWith("topic.") || !d.html) return;
    const row = html(d.html), shown = document.getElementById(row.id);
    if (shown) row.dataset.read = shown.dataset.read; // the fragment is the same for everybody
    this.mark(row);
    if (kind === "topic.changed") return shown?.replaceWith(row), tell(row); // pinned, locked, renamed: where it is
    shown?.remove();
    row.classList.add("arrived");
    // Those that are pinned in this network stay first.
    const pinned = this.dataset.stream && !row.dataset.pinned && [...this.list.querySelectorAll(":scope > [data-pinned]")].pop();
    pinned ? pinned.after(row) : this.list.prepend(row);
    this.list.children[LONGEST]?.remove();
    this.parentElement.querySelector(".empty")?.remove();
    tell(row);
  }

  readTo({ topic, number }) {
    const row = document.getElementById(`topic-${topic}`);
    if (!row) return;
    row.dataset.read = number;
    this.mark(row);
  }

  mark(row) {
    const { read, posts } = row.dataset, unread = read ? posts - read : 0;
    row.querySelector(".unread")?.remove();
    if (unread > 0) row.querySelector(".topic-counts").prepend(Object.assign(document.createElement("span"), { className: "unread", textContent: many(unread, "{n} new", "{n} new") }));
  }
}

customElements.define("live-topics", LiveTopics);
