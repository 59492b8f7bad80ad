// The client of the live protocol (docs/live.md):
// IDLE → CONNECTING → HELLO → per stream {CATCHUP → LIVE ⇄ GAP → RESYNC | GONE}
// It knows streams, numbers and writes. How they travel is its line's business (line.js, or branch.js where tabs share
// one), and what an event does to the page its listeners'.

const HOLD = 64;              // frames kept while a gap is being filled
const GAP_PATIENCE = 200;     // ms until a gap is asked for
const TAIL_PATIENCE = 2000;   // ms that a heartbeat's head may be ahead of us
const TOO_FAST = 2000;        // ms until a write that came too fast is tried again, unless we are told
const MOST_SENT = 60000;      // bytes of a write; the hub closes at 64 KiB

// A name for a write. (randomUUID is missing on plain http outside localhost.)
export const newName = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

export class Live {
  // state: idle, connecting, catchup, live, waiting, offline or ended; `why` is the code that the connection was closed with.
  constructor(onState = () => {}) {
    this.onState = onState;
    this.streams = new Map();
    this.ops = new Map();
    this.state = "idle";
    this.wasLive = false;
    this.greeted = false; // whoever is at the other end listens
    this.i = 0;
  }

  // Follow a stream from a cursor. Listeners: event(kind, d, seq), eph(kind, d), resync(why), gone(), full().
  // Each gets what comes after its own cursor, in order and once, wherever the others are.
  follow({ s, e, q }, listener) {
    let stream = this.streams.get(s);
    const fresh = !stream;
    if (fresh) this.streams.set(s, stream = { s, e, q, head: q, listeners: new Map(), held: new Map() });
    stream.listeners.set(listener, q);
    if (fresh || q < stream.q) this.rewind(stream, q);
  }

  unfollow(s, listener) {
    const stream = this.streams.get(s);
    if (!stream?.listeners.delete(listener) || stream.listeners.size) return;
    this.forget(stream);
    this.send({ t: "unsub", i: ++this.i, s });
  }

  // A write; resolves with its result, rejects with {code, text}. Sent again after a reconnect, done once.
  op(kind, s, d, op = newName()) {
    return new Promise((resolve, reject) => {
      const i = ++this.i, message = { t: "op", i, op, k: kind, s, d };
      if (this.state === "ended") return reject({ code: "ended" });
      if (new TextEncoder().encode(JSON.stringify(message)).length > MOST_SENT) return reject({ code: "big" });
      this.ops.set(i, { message, resolve, reject });
      this.send(message);
    });
  }

  eph(s, kind) {
    this.send({ t: "eph", s, k: kind });
  }

  get up() {
    return this.state === "live" || this.state === "catchup";
  }

  // For the line

  cursors() {
    return [...this.streams.values()].map(({ s, e, q }) => ({ s, e, q }));
  }

  behind() {
    return [...this.streams.values()].some(({ q, head }) => q < head);
  }

  greet() {
    this.greeted = true;
    for (const { message } of this.ops.values()) this.send(message);
  }

  turn(state, why) {
    Object.assign(this, { state, why });
    if (state === "live") this.wasLive = true;
    this.onState(state, why);
  }

  // It is over. What waits to be sent goes back to whoever wrote it.
  end(why) {
    this.turn("ended", why);
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
    if (m.t === "eph") for (const l of stream.listeners.keys()) tell(l.eph, m.k, m.d);
    if (m.t === "gone") this.part(stream, [...stream.listeners.keys()], "gone");
    if (m.t === "resync") this.resync(stream, m.why);
  }

  okay(m) {
    for (const { s, head, state } of m.subs) {
      const stream = this.streams.get(s);
      if (stream && state !== "resync") stream.head = Math.max(stream.head, head);
    }
  }

  event(m) {
    const stream = this.streams.get(m.s);
    if (!stream || m.q <= stream.q) return;
    stream.head = Math.max(stream.head, m.q);
    if (m.q > stream.q + 1) {
      if (stream.held.size < HOLD) stream.held.set(m.q, m);
      stream.gap ??= setTimeout(() => { stream.gap = undefined; this.subscribe(stream); }, GAP_PATIENCE);
      return;
    }
    this.apply(stream, m);
    for (let next; (next = stream.held.get(stream.q + 1)); ) this.apply(stream, next);
    for (const q of stream.held.keys()) if (q <= stream.q) stream.held.delete(q);
    if (!stream.held.size) { clearTimeout(stream.gap); stream.gap = undefined; }
  }

  apply(stream, m) {
    stream.q = m.q;
    for (const [l, q] of stream.listeners) {
      if (q !== m.q - 1) continue; // it has had this one
      stream.listeners.set(l, m.q);
      tell(l.event, m.k, m.d, m.q);
    }
  }

  // The cursor can't be continued. That concerns whoever is furthest behind; the others try theirs.
  resync(stream, why) {
    const all = [...stream.listeners], lowest = why === "floor" || why === "behind" ? stream.q : Infinity;
    this.part(stream, all.filter(([, q]) => q <= lowest).map(([l]) => l), "resync", why);
    if (stream.listeners.size) this.rewind(stream, Math.min(...stream.listeners.values()));
  }

  part(stream, listeners, word, why) {
    for (const l of listeners) stream.listeners.delete(l);
    if (!stream.listeners.size) this.forget(stream);
    for (const l of listeners) tell(l[word], why);
  }

  forget(stream) {
    clearTimeout(stream.gap);
    this.streams.delete(stream.s);
  }

  // A heartbeat proves the tail: what it knows of and we lack was lost, unless it is on its way.
  beat(m) {
    for (const [s, head] of Object.entries(m.h)) {
      const stream = this.streams.get(s), q = stream?.q;
      if (head > q) setTimeout(() => stream.q === q && this.subscribe(stream), TAIL_PATIENCE);
    }
  }

  settle(m) {
    if (m.code === "subs") return this.refused(m.i);
    const op = this.ops.get(m.i);
    if (!op) return;
    if (m.code === "rate") return setTimeout(() => this.ops.has(m.i) && this.send(op.message), m.retry || TOO_FAST);
    this.ops.delete(m.i);
    m.t === "res" ? op.resolve(m.d) : op.reject(m);
  }

  // No more streams on one connection. The answer to `hello` does not say which.
  refused(i) {
    for (const stream of this.streams.values()) {
      if (i === undefined || i === stream.i) for (const l of [...stream.listeners.keys()]) tell(l.full);
    }
  }

  rewind(stream, q) {
    stream.q = q;
    this.subscribe(stream);
  }

  subscribe(stream) {
    const { s, e, q } = stream;
    if (this.streams.get(s) === stream) this.send({ t: "sub", i: stream.i = ++this.i, s, e, q });
  }

  send(message) {
    if (this.greeted) this.line.send(message);
  }
}

// One listener's mistake is not the others'.
function tell(listener, ...words) {
  try { listener?.(...words); } catch (error) { console.error(error); }
}
