// A thread that grows in the right place, without moving what one reads.
import { live, cursorOf, html, again, gone, csrf } from "./connection.js";
import { tell } from "./times.js";

class LiveThread extends HTMLElement {
  connectedCallback() {
    this.fresh = 0;
    this.read = Number(this.dataset.read);
    const cursor = cursorOf(this.dataset.stream);
    if (cursor) live.follow(cursor, { event: (kind, d) => this.take(kind, d), resync: again, gone });
    this.seeing = new IntersectionObserver((entries) => this.saw(entries), { threshold: 0.5 });
    for (const post of this.children) this.seeing.observe(post);
    if (this.dataset.flat && !location.hash && this.closest(".room.live")) scrollTo(0, document.documentElement.scrollHeight);
    addEventListener("pagehide", () => this.tellRead());
    document.addEventListener("visibilitychange", () => document.hidden && this.tellRead());
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
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.seeing.unobserve(target);
      this.seen = Math.max(this.seen ?? 0, Number(target.dataset.number));
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tellRead(), 2000);
  }

  // By beacon: it may be lost or late, since positions only move forward.
  tellRead() {
    if (!csrf || !(this.seen > this.read)) return;
    this.read = this.seen;
    navigator.sendBeacon(`/topics/${this.dataset.topic}/read`, new URLSearchParams({ csrf, number: this.seen }));
  }
}

customElements.define("live-thread", LiveThread);
