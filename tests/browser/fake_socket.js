// A hub that says only what the test has it say. `sockets` are all that were ever opened.
import { Live } from "/live.js";

window.sockets = [];
window.states = [];
window.heard = [];

class FakeSocket {
  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    sockets.push(this);
  }

  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; this.closed = true; }

  opens() { this.readyState = 1; this.onopen(); }
  says(message) { this.onmessage({ data: JSON.stringify(message) }); }
  dies(code = 1006) { this.readyState = 3; this.onclose({ code }); }
}

window.live = new Live({ url: "ws://hub.test/live", csrf: "c", Socket: FakeSocket, onState: (state) => states.push(state) });
window.now = () => sockets.at(-1);

live.follow({ s: "t:1", e: "k", q: 10 }, {
  event: (kind, d, q) => heard.push(q),
  eph: (kind) => heard.push(kind),
  resync: (why) => heard.push(`resync ${why}`),
  gone: () => heard.push("gone"),
});

window.greets = (head = 10) => {
  now().opens();
  now().says({ t: "ok", v: 1, hb: 25000, subs: [{ s: "t:1", e: "k", head, state: "live" }] });
};
window.event = (q) => now().says({ t: "ev", s: "t:1", q, k: "post.added", d: {} });
window.asked = (t) => now().sent.filter((m) => m.t === t);
