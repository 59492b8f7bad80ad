// A drop-in's room: it opens and closes by itself, and shows who is here.
import { live, cursorOf, html, writing, gone } from "./connection.js";
import { Typing } from "./typing.js";

const SLACK = 4000; // ms after the clock says so, should nobody announce it

class LiveRoom extends HTMLElement {
  connectedCallback() {
    this.people = new Map();
    this.ahead = Date.now() - new Date(this.dataset.now); // of the server's clock; many a ward computer's is wrong
    const { dropIn, stream, state } = this.dataset;
    const network = [...JSON.parse(document.body.dataset.live)].find((c) => c.s.startsWith("n:"));
    if (network) live.follow(cursorOf(network.s), { event: (kind, d) => kind.startsWith("dropin.") && String(d.id) === dropIn && this.turn(kind) });
    if (cursorOf(stream)) this.enter(stream, state);
    if (state === "scheduled" || state === "lobby") this.at(this.dataset.opens, "dropin.opened");
    if (state === "live") this.at(this.dataset.closes, "dropin.closed");
    this.countdown();
  }

  enter(stream, state) {
    const line = this.querySelector("[data-typing]"), typing = line && new Typing(line, this.querySelector("textarea"), stream, this);
    live.follow(cursorOf(stream), {
      eph: (kind, d) => kind === "presence" ? this.presence(d) : kind === "typing" && typing?.heard(d),
      gone: () => state === "live" && !this.over() && gone(),
    });
    const said = (kind, d) => kind === "post.added" && d.html && typing.stopped(Number(html(d.html).dataset.author));
    if (typing) live.follow(cursorOf(this.querySelector("live-thread").dataset.stream), { event: said });
  }

  until(moment) {
    return new Date(moment) - (Date.now() - this.ahead);
  }

  over() {
    return this.until(this.dataset.closes) <= 0;
  }

  at(moment, kind) {
    const ms = this.until(moment) + SLACK + Math.random() * SLACK;
    if (ms < 2 ** 31) setTimeout(() => this.turn(kind), Math.max(ms, SLACK));
  }

  // The page of the new state is the server's; a sentence in the making is kept.
  turn(kind) {
    if (!writing()) return location.reload();
    if (kind === "dropin.closed") this.querySelector(".state").textContent = "It is over. What was said stays here.";
  }

  presence({ count, here, joined = [], left = [] }) {
    if (here) this.people = new Map(here.map((p) => [p.id, p]));
    for (const p of joined) this.people.set(p.id, p);
    for (const id of left) this.people.delete(id);
    this.count = count;
    const counter = this.querySelector("[data-count]"), list = this.querySelector("[data-people]");
    if (!list) return;
    counter.textContent = count;
    const sorted = [...this.people.values()].sort((a, b) => a.name.localeCompare(b.name));
    list.replaceChildren(...sorted.map(person));
    if (count > sorted.length) list.append(Object.assign(document.createElement("li"), { textContent: `and ${count - sorted.length} more`, className: "quiet" }));
  }

  countdown() {
    const line = this.querySelector(".countdown");
    if (!line) return;
    const tick = () => {
      const seconds = Math.max(0, Math.round(this.until(line.dataset.until) / 1000));
      line.textContent = seconds < 3600 ? `in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
      if (!seconds) clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    tick();
  }
}

function person(p) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("a"), { className: "name", textContent: p.name, href: `/members/${p.handle}` });
  item.append(name, Object.assign(document.createElement("span"), { className: "organisation", textContent: p.organisation }));
  return item;
}

customElements.define("live-room", LiveRoom);
