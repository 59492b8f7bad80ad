// The client of the live protocol (docs/live.md):
// IDLE → CONNECTING → HELLO → per stream {CATCHUP → LIVE ⇄ GAP → RESYNC | GONE}
// It knows streams and numbers. What an event does to the page is its listeners' business.

const HOLD = 64;              // frames kept while a gap is being filled
const GAP_PATIENCE = 200;     // ms until a gap is asked for
const TAIL_PATIENCE = 2000;   // ms that a heartbeat's head may be ahead of us
const FIRST_WAIT = 500, LONGEST_WAIT = 30000;
const SILENCE = 2.5;          // heartbeats without a word: the line is dead, whatever the browser says

// A name for a write. (randomUUID is missing on plain http outside localhost.)
export const newName = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

export class Live {
  constructor({ url, csrf = "", as = "html", onState = () => {}, Socket = WebSocket }) {
    Object.assign(this, { url, csrf, as, onState, Socket });
    this.streams = new Map();
    this.ops = new Map();
    this.wait = FIRST_WAIT;
    this.state = "idle";
    this.wasLive = false;
    this.heartbeat = 25000;
    this.i = 0;
  }

  // Follow a stream from a cursor. Listeners: event(kind, d, seq), eph(kind, d), resync(why), gone().
  follow({ s, e, q }, listener) {
    const known = this.streams.get(s);
    if (known) return known.listeners.add(listener);
    this.streams.set(s, { s, e, q, listeners: new Set([listener]), held: new Map(), over: false });
    if (this.state === "live") this.subscribe(s);
  }

  start() {
    if (this.streams.size) this.connect();
  }

  // A write by the socket; resolves with its result, rejects with {code, text}. Sent again after a reconnect, done once.
  op(kind, stream, d, op = newName()) {
    return new Promise((resolve, reject) => {
      const i = ++this.i;
      this.ops.set(i, { message: { t: "op", i, op, k: kind, s: stream, d }, resolve, reject });
      if (this.state === "live") this.send(this.ops.get(i).message);
    });
  }

  eph(stream, kind) {
    if (this.state === "live") this.send({ t: "eph", s: stream, k: kind });
  }

  // Now, not when the back-off says so: the network is back, or the page is.
  hurry() {
    // A phone that slept may believe in a line that is long dead.
    if (this.state === "live" && Date.now() - this.heardAt > this.heartbeat * SILENCE) this.giveUp();
    if (this.state === "waiting") {
      clearTimeout(this.timer);
      this.wait = FIRST_WAIT;
      this.connect();
    }
  }

  connect() {
    this.become("connecting");
    const socket = this.socket = new this.Socket(this.url);
    this.listenFor(this.heartbeat);
    socket.onopen = () => {
      const subs = [...this.streams.values()].filter((x) => !x.over).map(({ s, e, q }) => ({ s, e, q }));
      this.send({ t: "hello", v: 1, as: this.as, csrf: this.csrf, subs });
    };
    socket.onmessage = (message) => {
      if (socket !== this.socket) return;
      this.heardAt = Date.now();
      this.listenFor(this.heartbeat * SILENCE);
      this.hear(JSON.parse(message.data));
    };
    socket.onclose = ({ code }) => socket === this.socket && this.lost(code);
  }

  lost(code) {
    clearTimeout(this.deadline);
    if (code === 4001 || code === 4003) return this.end();
    this.become("waiting");
    this.timer = setTimeout(() => this.connect(), Math.random() * this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  listenFor(ms) {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.giveUp(), ms);
  }

  giveUp() {
    this.socket.onclose = null;
    this.socket.close();
    this.lost(0);
  }

  // The session is over. What waits to be sent goes back to whoever wrote it.
  end() {
    this.become("ended");
    for (const { reject } of this.ops.values()) reject({ code: "ended" });
    this.ops.clear();
  }

  hear(m) {
    if (m.t === "ev") return this.event(m);
    if (m.t === "ok") return this.okay(m);
    if (m.t === "hb") return this.beat(m);
    if (m.t === "res" || m.t === "err") return this.settle(m);
    const stream = this.streams.get(m.s);
    if (!stream) return;
    if (m.t === "eph") for (const l of stream.listeners) l.eph?.(m.k, m.d);
    if (m.t === "gone" || m.t === "resync") {
      stream.over = true;
      for (const l of stream.listeners) l[m.t]?.(m.why);
    }
  }

  okay(m) {
    if (m.v) {
      this.heartbeat = m.hb;
      this.wait = FIRST_WAIT;
      this.wasLive = true;
      this.become("live");
      for (const { message } of this.ops.values()) this.send(message);
    }
    for (const { s, e, head, state } of m.subs) {
      const stream = this.streams.get(s);
      if (stream && state !== "resync") {
        stream.e = e;
        stream.q ??= head;
      }
    }
  }

  event(m) {
    const stream = this.streams.get(m.s);
    if (!stream || stream.over || m.q <= stream.q) return;
    if (m.q > stream.q + 1) {
      if (stream.held.size < HOLD) stream.held.set(m.q, m);
      stream.gap ??= setTimeout(() => { stream.gap = undefined; this.subscribe(stream.s); }, GAP_PATIENCE);
      return;
    }
    this.apply(stream, m);
    for (let next; (next = stream.held.get(stream.q + 1)); ) this.apply(stream, next);
    for (const q of stream.held.keys()) if (q <= stream.q) stream.held.delete(q);
    if (!stream.held.size) { clearTimeout(stream.gap); stream.gap = undefined; }
  }

  apply(stream, m) {
    stream.q = m.q;
    for (const l of stream.listeners) {
      try { l.event?.(m.k, m.d, m.q); } catch (error) { console.error(error); }
    }
  }

  beat(m) {
    this.send({ t: "pong" });
    for (const [s, head] of Object.entries(m.h)) {
      const stream = this.streams.get(s);
      if (stream && !stream.over && head > stream.q) {
        setTimeout(() => head > stream.q && this.state === "live" && this.subscribe(s), TAIL_PATIENCE);
      }
    }
  }

  settle(m) {
    const op = this.ops.get(m.i);
    if (!op) return;
    if (m.code === "rate") return setTimeout(() => this.state === "live" && this.send(op.message), m.retry);
    this.ops.delete(m.i);
    m.t === "res" ? op.resolve(m.d) : op.reject(m);
  }

  subscribe(s) {
    const { e, q, over } = this.streams.get(s);
    if (!over && this.state === "live") this.send({ t: "sub", i: ++this.i, s, e, q });
  }

  send(message) {
    if (this.socket.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  become(state) {
    this.state = state;
    this.onState(state);
  }
}
