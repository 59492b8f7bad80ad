// A list of topics, of one network or of all one's own: what is new or active moves to the top, softly, and never under
// anybody's hand. Rows change where they are; while one reads the list, what would move them waits for a touch.
import { live, cursorOf, html, again, gone } from "./connection.js";
import { tell } from "./times.js";
import { many } from "./words.js";

const LONGEST = 40;
const CALM = 60000; // ms without a touch, after which somebody watches rather than reads
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "scroll"];

class LiveTopics extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    this.waiting = new Map(); // what has not moved yet, by the ids of rows, the last to come at the end
    this.touched = Date.now();
    for (const touch of TOUCHES) addEventListener(touch, () => (this.touched = Date.now()), { passive: true });
    document.addEventListener("visibilitychange", () => this.settle());
    const all = JSON.parse(document.body.dataset.live), { stream } = this.dataset;
    const follow = (s, listener) => cursorOf(s) && live.follow(cursorOf(s), listener);
    if (stream) follow(stream, { event: (kind, d) => this.take(kind, d), resync: again, gone });
    else for (const { s } of all.filter((c) => c.s.startsWith("n:"))) follow(s, { event: (kind, d) => this.take(kind, d), resync: again });
    follow(`m:${document.body.dataset.member}`, { event: (kind, d) => this.read(kind, d) });
  }

  // The list has come anew, and in it all that waited.
  begin() {
    this.list = this.querySelector("ol");
    this.waiting.clear();
    this.offer(0);
  }

  // Here or on another screen: one topic, or many at once.
  read(kind, d) {
    if (kind === "read.moved") this.readTo(d);
    else if (kind.startsWith("read.")) import("./waiting.js").then(({ refresh }) => refresh(this)).then(() => this.begin());
  }

  take(kind, d) {
    if (kind.startsWith("topic.") && d.gone) this.forget(`topic-${d.id}`); // to where this list may not follow
    if (!kind.startsWith("topic.") || !d.html) return;
    const row = html(d.html), known = this.row(row.id);
    if (known) row.dataset.read = known.dataset.read; // the fragment is the same for everybody
    this.mark(row);
    tell(row);
    if (known?.isConnected) known.replaceWith(row);
    if (kind === "topic.changed" ? !this.waiting.has(row.id) : row === this.first(row) && !this.waiting.size) return; // where it is
    if (kind !== "topic.changed") this.waiting.delete(row.id);
    this.waiting.set(row.id, row);
    this.settle();
  }

  row(id) {
    return this.waiting.get(id) ?? document.getElementById(id);
  }

  forget(id) {
    this.row(id)?.remove();
    this.waiting.delete(id);
    this.settle();
  }

  // Where a row would stand. Those that are pinned in this network stay first.
  first({ dataset: { pinned } }) {
    const above = this.dataset.stream && !pinned ? [...this.list.querySelectorAll(":scope > [data-pinned]")].pop() : null;
    return above ? above.nextElementSibling : this.list.firstElementChild;
  }

  // Now, if nobody sees it or has touched anything for a while; else behind a button.
  settle() {
    clearTimeout(this.timer);
    const { top, bottom } = this.list.getBoundingClientRect(), calm = this.touched + CALM - Date.now();
    if (document.hidden || bottom < 0 || top > innerHeight || calm <= 0 || !this.list.children.length) return this.raise();
    this.offer(this.waiting.size);
    if (this.waiting.size) this.timer = setTimeout(() => this.settle(), calm);
  }

  raise() {
    for (const row of this.waiting.values()) {
      row.remove();
      row.classList.add("arrived");
      this.list.insertBefore(row, this.first(row));
      this.list.children[LONGEST]?.remove();
      this.parentElement.querySelector(".empty")?.remove();
    }
    this.waiting.clear();
    this.offer(0);
  }

  offer(n) {
    if (!n && !this.pill) return;
    this.pill ??= this.makePill();
    this.pill.hidden = !n;
    this.pill.textContent = many(n, "{n} new or active discussion", "{n} new or active discussions");
  }

  makePill() {
    const pill = Object.assign(document.createElement("button"), { className: "pill" }), status = document.createElement("div");
    status.setAttribute("role", "status");
    pill.addEventListener("click", () => {
      const [row] = [...this.waiting.values()].slice(-1);
      this.raise();
      row.scrollIntoView({ block: "nearest" });
      row.querySelector("a")?.focus({ preventScroll: true });
    });
    status.append(pill);
    this.after(status);
    return pill;
  }

  readTo({ topic, number }) {
    const row = this.row(`topic-${topic}`);
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
