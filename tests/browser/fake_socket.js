// A hub that says only what the test has it say. `sockets` are all that were ever opened.
import { Line } from "/line.js";
import { Live } from "/live.js";
import { show } from "/status.js";

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

window.now = () => sockets.at(-1);
window.greets = (head = 10) => {
  now().opens();
  now().says({ t: "ok", v: 1, hb: 25000, subs: [{ s: "t:1", e: "k", head, state: "live" }] });
};
window.event = (q) => now().says({ t: "ev", s: "t:1", q, k: "post.added", d: {} });
window.asked = (t) => now().sent.filter((m) => m.t === t);

window.show = show;

// One page with a line of its own.
window.noting = (heard) => ({
  event: (kind, d, q) => heard.push(q),
  eph: (kind) => heard.push(kind),
  resync: (why) => heard.push(`resync ${why}`),
  gone: () => heard.push("gone"),
});
window.live = new Live((state, why) => states.push(why ? `${state} ${why}` : state));
window.line = live.line = new Line(live, { url: "ws://hub.test/live", csrf: "c", Socket: FakeSocket });
live.follow({ s: "t:1", e: "k", q: 10 }, noting(heard));

// Several, which share one: the worker's script and its tabs, in one page, joined by real channels.
window.share = async () => {
  const { Branch } = await import("/branch.js");
  window.WebSocket = FakeSocket;
  window.name = "c en";
  window.deaf = false; // a worker that never answers
  window.SharedWorker = class {
    constructor(url, options) {
      const { port1, port2 } = new MessageChannel();
      this.port = port1;
      window.opened = { url: String(url), ...options };
      if (!deaf) self.onconnect({ ports: [port2] });
    }
  };
  await import("/shared.js");
  window.tab = async (q, s = "t:1", e = "k") => {
    const tab = { heard: [], states: [], live: new Live((state) => tab.states.push(state)) };
    tab.live.line = new Branch(tab.live, "c", "en");
    tab.live.follow({ s, e, q }, tab.listener = noting(tab.heard));
    tab.live.line.start();
    await passed();
    return tab;
  };
};

// Whatever the tabs and the worker had to say to each other has arrived.
window.passed = async () => {
  for (let n = 0; n < 8; n++) {
    const { port1, port2 } = new MessageChannel();
    await new Promise((resolve) => { port1.onmessage = resolve; port2.postMessage(0); });
  }
};
