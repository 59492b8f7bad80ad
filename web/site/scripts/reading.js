// How far somebody has read. A post counts once it was on the screen, and the position moves on over posts that all were:
// an answer that stands far up in a thread does not make read what was written before it and stands elsewhere.
import { live, cursorOf, csrf } from "./connection.js";

const STEPS = [0, 0.1, 0.2, 0.3, 0.4, 0.5]; // of a post, for a long one never fits a screen by half
const READING = 2000; // ms

export class Reading {
  constructor({ topic, read, flat, stream }, saw) {
    const { member } = document.body.dataset;
    Object.assign(this, { topic, saw, inRoom: flat, read: Number(read), key: `seen:${member}:${topic}:${cursorOf(stream)?.e}` });
    this.seen = new Set(this.kept());
    this.seeing = new IntersectionObserver((entries) => this.see(entries), { threshold: STEPS });
    const me = cursorOf(`m:${member}`);
    if (me) live.follow(me, { event: (kind, d) => kind === "read.moved" && String(d.topic) === topic && this.readTo(d.number) });
    addEventListener("pagehide", () => this.tell());
    document.addEventListener("visibilitychange", () => document.hidden && this.tell());
  }

  watch(post) {
    this.seeing.observe(post);
  }

  see(entries) {
    for (const { intersectionRatio, intersectionRect, rootBounds, target } of entries) {
      if (intersectionRatio < 0.5 && !(intersectionRect.height > rootBounds?.height / 2)) continue;
      this.seeing.unobserve(target);
      const number = Number(target.dataset.number);
      this.saw(number);
      if (number > this.read) this.seen.add(number);
    }
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), READING);
  }

  // In a room one hears what is said; who comes to a topic for the first time begins where they came in.
  get position() {
    if (!this.seen.size) return this.read;
    if (this.inRoom) return Math.max(...this.seen);
    let number = this.read || Math.min(...this.seen) - 1;
    while (this.seen.has(number + 1)) number += 1;
    return number;
  }

  // Here, or on another screen.
  readTo(number) {
    this.read = Math.max(this.read, number);
    for (const each of this.seen) if (each <= this.read) this.seen.delete(each);
    this.keep();
  }

  // By beacon: it may be lost or late, since positions only move forward.
  tell() {
    const number = this.position;
    if (!csrf || !(number > this.read) || !navigator.onLine) return;
    if (navigator.sendBeacon(`/topics/${this.topic}/read`, new URLSearchParams({ csrf, number }))) this.readTo(number);
  }

  // What was seen ahead of the position is remembered while this tab lives, for it may be on several pages.
  kept() {
    try { return JSON.parse(sessionStorage.getItem(this.key) ?? "[]").filter((number) => number > this.read); } catch { return []; }
  }

  keep() {
    try { sessionStorage.setItem(this.key, JSON.stringify([...this.seen])); } catch { /* then for this page alone */ }
  }
}
