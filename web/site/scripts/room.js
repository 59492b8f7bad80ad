// A drop-in's room: it goes from state to state by itself, and shows who is here. Only its page loads this.
import { live, cursorOf, html, writing, gone } from "./connection.js";
import { Panels } from "./panel.js";
import { People } from "./people.js";
import { Ranking } from "./ranking.js";
import { tabbed } from "./tabs.js";
import { Typing } from "./typing.js";
import { _, many } from "./words.js";

const SLACK = 4000; // ms after the clock says so, should nobody announce it
const SPREAD = 1500; // ms over which the pages of a room ask for their next state
const RESTORED = 10000; // ms over which everybody comes back to a restored database
const LEFT = [10, 5, 1]; // minutes before the end, of which listeners are told

class LiveRoom extends HTMLElement {
  connectedCallback() {
    this.followed = new Set();
    this.ahead = Date.now() - new Date(this.dataset.now); // of the server's clock; many a ward computer's is wrong
    this.panels = new Panels(this);
    this.panels.onPut = (element, fresh) => this.arrived(element, fresh);
    new Ranking(this, this.panels);
    this.people = new People(this);
    const me = cursorOf(`m:${document.body.dataset.member}`);
    if (me) live.follow(me, { event: (kind, d) => kind.startsWith("mine.") && (d.key ? this.own(d) : this.panels.take(d)) });
    const network = JSON.parse(document.body.dataset.live).find((c) => c.s === this.dataset.network);
    if (network) live.follow(network, { event: (kind, d) => kind.startsWith("dropin.") && String(d.id) === this.dataset.dropIn && this.soon() });
    this.enter(cursorOf(this.dataset.stream));
    this.listen(cursorOf(this.querySelector("live-thread")?.dataset.stream));
    // Before the lobby opens nothing is live; what others proposed is seen when one looks again.
    document.addEventListener("visibilitychange", () => document.hidden || this.followed.has(this.dataset.stream) || this.soon(0));
    this.showTabs();
    this.wait();
    setInterval(() => this.tick(), 1000);
    this.tick();
  }

  // Follow the room's own stream from here on.
  enter(cursor) {
    if (!cursor || this.followed.has(cursor.s)) return;
    this.followed.add(cursor.s);
    const area = this.querySelector("#say textarea"), line = this.querySelector("[data-typing]");
    const typing = this.typing ??= line && new Typing(line, area, cursor.s, this.people);
    const left = (within) => { this.followed.delete(cursor.s); this.soon(within); };
    live.follow(cursor, {
      event: (kind, d) => kind.startsWith("room.") ? this.soon() : this.panels.take(d),
      eph: (kind, d) => kind === "presence" ? this.people.heard(d) : kind === "typing" && typing?.heard(d),
      resync: (why) => left(spread(why)),
      gone: () => left(0),
    });
  }

  // Beside the thread itself: who has spoken types no more, and what is new is counted.
  listen(cursor) {
    if (!cursor || this.followed.has(cursor.s)) return;
    this.followed.add(cursor.s);
    live.follow(cursor, { event: (kind, d) => kind === "post.added" && d.html && this.heard(html(d.html)), resync: () => this.followed.delete(cursor.s) });
  }

  // The talk went too far ahead to catch up with: the next page brings its end, and the thread goes on from there.
  missed(why) {
    this.behind = true;
    this.soon(spread(why));
  }

  heard(post) {
    this.typing?.stopped(Number(post.dataset.author));
    if (post.dataset.author !== document.body.dataset.member) this.count("talk");
  }

  own({ key, on }) {
    this.panels.own({ key, on });
    if (key === `room-${this.dataset.dropIn}`) this.soon(0); // muted, sent to the lobby, or let in; or a host should look
  }

  // The state by the clock, should nobody announce it.
  wait() {
    clearTimeout(this.waiting);
    if (!this.dataset.next) return;
    const ms = Math.max(this.until(this.dataset.next), 0) + SLACK + Math.random() * SLACK;
    if (ms < 2 ** 31) this.waiting = setTimeout(() => this.refresh(), ms);
  }

  soon(within = SPREAD) {
    clearTimeout(this.going);
    this.going = setTimeout(() => this.refresh(), Math.random() * within);
  }

  // The page of the new state is the server's. It comes into this one, so that a sentence in the making is kept.
  async refresh() {
    const answer = await fetch(location.pathname + location.search, { redirect: "manual" }).catch(() => null);
    if (!answer || answer.status >= 500) return this.wait();
    const text = (await answer.text()).replace(/<style[^]*?<\/style>/g, ""); // of which the browser would complain
    const page = answer.ok && new DOMParser().parseFromString(text, "text/html");
    const room = page && page.querySelector("live-room");
    if (!room) return answer.status === 404 || answer.status === 403 || writing() ? gone() : location.reload();
    const thread = this.querySelector("live-thread"), fresh = room.querySelector("live-thread");
    const cursors = JSON.parse(page.body.dataset.live), cursor = (s) => cursors.find((c) => c.s === s);
    this.panels.swap(room);
    if (thread && fresh) this.catchUp(thread, fresh, cursor(thread.dataset.stream));
    this.enter(cursor(this.dataset.stream));
    this.listen(cursor(this.querySelector("live-thread")?.dataset.stream));
    this.people.show();
    this.showTabs();
    this.wait();
    this.tick();
  }

  catchUp(thread, fresh, cursor) {
    thread.classList.toggle("can-write", fresh.matches(".can-write"));
    if (this.behind) thread.replaceChildren();
    for (const post of [...fresh.querySelectorAll(":scope > .post")]) {
      const { id, number, rev } = post.dataset;
      thread.take("post.added", { id, number: Number(number), rev: Number(rev), html: post.outerHTML });
    }
    if (this.behind) thread.follow(cursor);
    this.behind = false;
  }

  // What listeners hear: an element may bring a sentence for them.
  arrived(element, fresh) {
    const sentence = element.dataset.say, panel = element.closest("[data-panel]");
    if (sentence && sentence !== this.said) this.say(this.said = sentence);
    if (fresh && panel && element.dataset.in) this.count(panel.dataset.panel);
  }

  say(sentence) {
    this.querySelector("#room-status").textContent = sentence;
  }

  showTabs() {
    const tabs = tabbed(this, this.chosen);
    this.turn(this.dataset.tab);
    for (const tab of tabs) tab.onclick = (event) => { event.preventDefault(); this.turn(this.chosen = tab.dataset.tab); };
  }

  turn(name) {
    const before = this.looked;
    this.dataset.tab = this.looked = name ?? "";
    const narrow = matchMedia("(max-width: 57.99rem)").matches, shown = name === "talk" && !narrow ? "ask" : name;
    for (const tab of this.querySelectorAll("#room-tabs a")) {
      tab.dataset.tab === shown ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current");
      if (tab.dataset.tab === shown || !narrow && tab.dataset.tab === "talk") clear(tab);
    }
    if (name === before) return; // the page was only drawn anew
    if (name === "talk") this.querySelector("live-thread")?.lastElementChild?.scrollIntoView({ block: "end" });
    else if (before && narrow) scrollTo({ top: 0, behavior: "instant" });
  }

  count(name) {
    const tab = this.querySelector(`#room-tabs a[data-tab="${name}"]`);
    if (!tab || tab.hasAttribute("aria-current") || name === "talk" && !matchMedia("(max-width: 57.99rem)").matches) return;
    const line = tab.querySelector(".fresh");
    if (!line) return;
    line.textContent = Number(line.textContent) + 1;
  }

  // Clocks

  until(moment) {
    return new Date(moment) - (Date.now() - this.ahead);
  }

  tick() {
    for (const line of this.querySelectorAll("[data-until]")) {
      const seconds = Math.max(0, Math.round(this.until(line.dataset.until) / 1000));
      line.textContent = seconds < 3600 ? _("in {minutes}", { minutes: minutes(seconds) }) : "";
    }
    for (const line of this.querySelectorAll("[data-started]")) this.timer(line);
    if (this.dataset.state === "live") this.warn(Math.ceil(this.until(this.dataset.closes) / 60000));
  }

  // It counts down from the minutes that were given, then says softly how far over it is; without them it counts up.
  timer(line) {
    const gone = Math.max(0, Math.round(-this.until(line.dataset.started) / 1000)), given = Number(line.dataset.minutes) * 60;
    const left = given - gone, over = given && left < 0;
    line.textContent = over ? _("{minutes} over", { minutes: minutes(-left) }) : given ? _("{minutes} left", { minutes: minutes(left) }) : minutes(gone);
    line.classList.toggle("over", Boolean(over));
    line.classList.toggle("soon", Boolean(given) && !over && left <= Math.max(60, given / 5));
  }

  // Once, as the minute is reached; not to who comes later.
  warn(left) {
    if (LEFT.includes(left) && this.left === left + 1) this.say(many(left, "{n} minute left", "{n} minutes left"));
    this.left = left;
  }
}

const spread = (why) => why === "epoch" ? RESTORED : SPREAD;
const clear = (tab) => tab.querySelector(".fresh")?.replaceChildren();
const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

customElements.define("live-room", LiveRoom);
