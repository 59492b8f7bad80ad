// A thread that grows in the right place, without moving what one reads.
import { live, cursorOf, html, again, gone, csrf } from "./connection.js";
import { tell } from "./times.js";

const STEPS = [0, 0.1, 0.2, 0.3, 0.4, 0.5]; // of a post, for a long one never fits a screen by half
const READING = 2000; // ms

class LiveThread extends HTMLElement {
  connectedCallback() {
    this.fresh = 0;
    this.read = Number(this.dataset.read);
    this.follow(cursorOf(this.dataset.stream));
    const me = cursorOf(`m:${document.body.dataset.member}`);
    if (me) live.follow(me, { event: (kind, d) => kind === "read.moved" && String(d.topic) === this.dataset.topic && this.readTo(d.number) });
    this.seeing = new IntersectionObserver((entries) => this.saw(entries), { threshold: STEPS });
    for (const post of this.children) this.seeing.observe(post);
    if (this.dataset.flat && !location.hash && this.closest(".room.live")) scrollTo(0, document.documentElement.scrollHeight);
    addEventListener("pagehide", () => this.tellRead());
    document.addEventListener("visibilitychange", () => document.hidden && this.tellRead());
  }

  follow(cursor) {
    const room = this.closest("live-room"); // which brings what was missed into the page itself
    if (cursor) live.follow(cursor, { event: (kind, d) => this.take(kind, d), resync: (why) => room ? room.missed(why) : again(why), gone });
  }

  take(kind, d) {
    if (!kind.startsWith("post.") || !d.html) return;
    const shown = this.querySelector(`[data-id="${d.id}"]`);
    if (shown) {
      if (d.rev > Number(shown.dataset.rev)) this.swap(shown, html(d.html));
      return;
    }
    const post = html(d.html);
    const counter = document.querySelector("[data-posts]");
    if (counter) counter.textContent = Math.max(Number(counter.textContent), d.number);
    if (this.place(post)) {
      post.classList.add("arrived");
      tell(post.parentElement);
      this.seeing.observe(post);
    }
    this.announce(post);
  }

  swap(old, post) {
    old.replaceWith(post);
    tell(this);
    this.seeing.observe(post);
  }

  // Answers stand under what they answer, after all that is there already; roots at the end of the last page.
  place(post) {
    const parent = post.dataset.parent && this.querySelector(`[data-id="${post.dataset.parent}"]`);
    if (this.dataset.flat || post.dataset.depth === "1") {
      if (this.dataset.last) {
        const stick = this.dataset.flat && innerHeight + scrollY > document.documentElement.scrollHeight - 160;
        this.append(post);
        if (stick) scrollTo(0, document.documentElement.scrollHeight);
      }
      return Boolean(this.dataset.last);
    }
    if (!parent) return false;
    let after = parent;
    while (Number(after.nextElementSibling?.dataset.depth) > Number(parent.dataset.depth)) after = after.nextElementSibling;
    after.after(post);
    return true;
  }

  announce(post) {
    if (post.dataset.author === document.body.dataset.member) return this.show(post);
    const box = post.getBoundingClientRect();
    if (post.isConnected && box.top < innerHeight && box.bottom > 0) return;
    this.fresh += 1;
    this.pill ??= this.makePill();
    this.target = post;
    this.pill.hidden = false;
    this.pill.textContent = `${this.fresh} new ${this.fresh === 1 ? "answer" : "answers"}`;
  }

  // Where it is: here, or on another page of this topic.
  show(post, block = "nearest") {
    const { id, number } = post.dataset, here = this.querySelector(`[data-id="${id}"]`);
    if (here) here.scrollIntoView({ block });
    else location.assign(`/topics/${this.dataset.topic}?post=${number}#p${number}`);
  }

  makePill() {
    const pill = document.createElement("button");
    pill.className = "pill";
    pill.addEventListener("click", () => {
      pill.hidden = true;
      this.fresh = 0;
      this.show(this.target, "center");
    });
    this.after(pill);
    return pill;
  }

  saw(entries) {
    for (const { intersectionRatio, intersectionRect, rootBounds, target } of entries) {
      if (intersectionRatio < 0.5 && !(intersectionRect.height > rootBounds?.height / 2)) continue;
      this.seeing.unobserve(target);
      this.seen = Math.max(this.seen ?? 0, Number(target.dataset.number));
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tellRead(), READING);
  }

  // On another screen.
  readTo(number) {
    this.read = Math.max(this.read, number);
  }

  // By beacon: it may be lost or late, since positions only move forward.
  tellRead() {
    if (!csrf || !(this.seen > this.read) || !navigator.onLine) return;
    const body = new URLSearchParams({ csrf, number: this.seen });
    if (navigator.sendBeacon(`/topics/${this.dataset.topic}/read`, body)) this.readTo(this.seen);
  }
}

customElements.define("live-thread", LiveThread);
