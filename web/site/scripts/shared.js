// The worker that holds one line for all tabs of a session. It belongs to no tab: none of them, closed, crashed or
// frozen, takes it from the others. Its name is the session's form token and the page's language, so what another session opens is another
// worker, with a connection of its own; and its address names the version of the scripts.
import { Line } from "./line.js";
import { Live, newName } from "./live.js";

const MOST = 100;       // streams; the hub's own limit. Whoever finds no room takes a line of their own
const LINGER = 3000;    // ms that a tab's streams are kept, for the page that it goes on to
const SILENT = 150000;  // ms; a tab that asks nothing for so long has crashed or is frozen (hidden ones ask once a minute)

const [csrf, lang] = self.name.split(" ");
const tabs = new Set();
const live = new Live((state, why) => { for (const tab of tabs) tab.say({ t: "state", state, why }); });
const line = live.line = new Line(live, { csrf, lang });

// A lock that is held as long as this worker lives, so that its tabs learn of its death. (On https and localhost only.)
const alive = newName();
let lock;
navigator.locks?.request(alive, () => {
  lock = alive;
  for (const tab of tabs) tab.say({ t: "lock", lock });
  return new Promise(() => {});
});

class Tab {
  constructor(port) {
    this.port = port;
    this.listeners = new Map();
    port.onmessage = ({ data }) => this.hear(data);
  }

  hear(m) {
    this.heardAt = Date.now();
    if (m.t === "hello") return this.join(m);
    if (!tabs.has(this)) return this.say({ t: "again" });
    if (m.t === "sub") this.follow(m);
    if (m.t === "unsub") this.unfollow(m.s);
    if (m.t === "op") this.write(m);
    if (m.t === "eph") live.eph(m.s, m.k);
    if (m.t === "net") line.net(m.on);
    if (m.t === "hurry") line.hurry();
    if (m.t === "ask") this.say({ t: "here" });
    if (m.t === "bye") this.leave();
  }

  join({ subs, on }) {
    tabs.add(this);
    if (!subs.every((cursor) => this.follow(cursor))) return;
    this.say({ t: "joined" });
    if (lock) this.say({ t: "lock", lock });
    line.net(on);
    line.start();
    if (live.state === "waiting") line.hurry();
    this.say({ t: "state", state: live.state, why: live.why });
  }

  // From this tab's own cursor; Live brings it what the others have had already.
  follow({ s, e, q }) {
    const known = live.streams.get(s);
    if (known ? known.e !== e : live.streams.size >= MOST) return this.sendAway();
    const old = this.listeners.get(s), over = (message) => { this.listeners.delete(s); this.say(message); };
    const listener = {
      event: (k, d, q) => this.say({ t: "ev", s, q, k, d }),
      eph: (k, d) => this.say({ t: "eph", s, k, d }),
      resync: (why) => over({ t: "resync", s, why }),
      gone: () => over({ t: "gone", s }),
      full: () => this.sendAway(),
    };
    this.listeners.set(s, listener);
    live.follow({ s, e, q }, listener);
    if (old) live.unfollow(s, old);
    // What is of the moment, such as who is in a room, is in no log: whoever comes in has it told anew.
    if (known && s.startsWith("d:")) live.subscribe(known);
    return true;
  }

  unfollow(s) {
    if (this.listeners.has(s)) live.unfollow(s, this.listeners.get(s));
    this.listeners.delete(s);
  }

  write({ i, k, s, d, op }) {
    live.op(k, s, d, op).then((d) => this.say({ t: "res", i, d }), ({ code, text }) => this.say({ t: "err", i, code, text }));
  }

  sendAway() {
    this.say({ t: "alone" });
    this.leave();
  }

  leave() {
    if (!tabs.delete(this)) return;
    setTimeout(() => {
      for (const [s, listener] of this.listeners) live.unfollow(s, listener);
      if (!tabs.size) line.stop();
    }, LINGER);
  }

  say(message) {
    this.port.postMessage(message);
  }
}

self.onconnect = ({ ports: [port] }) => new Tab(port);

setInterval(() => {
  for (const tab of tabs) if (Date.now() - tab.heardAt > SILENT) tab.leave();
}, SILENT / 5);
