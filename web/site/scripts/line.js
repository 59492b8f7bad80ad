// One WebSocket that comes back: connecting, saying hello, silence, closing codes, back-off.
// It knows nothing of streams; what is said on it is its Live's business (live.js). Runs in pages and in the worker.

const HERE = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`;

const FIRST_WAIT = 500, LONGEST_WAIT = 30000;
const CALM = 10000;           // ms; a connection that lasted no longer proves nothing, and the back-off goes on
const SILENCE = 2.5;          // heartbeats without a word: the line is dead, whatever the browser says
const OVERSLEPT = 1.5;        // the same, when we come out of a sleep and would rather not wait for the third
const ANSWER = 4000;          // ms for the answer to a question that costs the hub nothing

const SLOW = 4008, TOO_MANY = 4010;
const OVER = [1008, 1009, 4001, 4003]; // it would end the same way again
const LEAST = { 1001: 2000, 1012: 2000, 1013: 5000 }; // ms over which those spread who were all sent away at once

export class Line {
  constructor(live, { url = HERE, csrf = "", as = "html", lang = "en", Socket = WebSocket } = {}) {
    Object.assign(this, { live, url, csrf, as, lang, Socket });
    this.wait = FIRST_WAIT;
    this.heartbeat = 25000;
    this.since = Infinity; // when this connection was greeted
    this.off = false;      // the browser says that there is no network
  }

  start() {
    if (["idle", "ended"].includes(this.live.state)) this.connect();
  }

  stop() {
    clearTimeout(this.timer);
    this.hangUp();
    this.live.turn("idle");
  }

  // Now, not when the back-off says so: the page is looked at again. The back-off goes on from where it was.
  hurry() {
    if (this.live.state === "waiting") return this.connect();
    if (!this.live.greeted) return;
    if (Date.now() - this.heardAt < this.heartbeat * OVERSLEPT) return this.ask();
    this.hangUp();
    this.connect();
  }

  // What the browser says of the network. It knows of cables, not of lines: one that works is left alone.
  net(on) {
    const back = on && this.off;
    this.off = !on;
    if (this.live.greeted) return (back || !on) && this.ask();
    if (back && this.live.state === "offline") this.connect();
    if (!on && this.live.state === "waiting") this.pause();
  }

  connect() {
    clearTimeout(this.timer);
    this.live.turn("connecting");
    const socket = this.socket = new this.Socket(this.url);
    this.listenFor(this.heartbeat);
    socket.onopen = () => this.send({ t: "hello", v: 1, as: this.as, lang: this.lang, csrf: this.csrf, subs: this.live.cursors() });
    socket.onmessage = ({ data }) => socket === this.socket && this.hear(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.socket && this.lost(code);
  }

  hear(m) {
    this.heardAt = Date.now();
    this.listenFor(this.heartbeat * SILENCE);
    if (m.t === "hb") this.send({ t: "pong" });
    const { live } = this, hello = m.t === "ok" && m.v;
    live.hear(m);
    if (hello) {
      this.heartbeat = m.hb;
      this.since = Date.now();
      live.greet();
      return live.turn(live.behind() ? "catchup" : "live");
    }
    if (live.state === "catchup" && !live.behind()) live.turn("live");
  }

  lost(code) {
    this.hangUp();
    if (OVER.includes(code)) return this.live.end(code);
    const calm = Date.now() - this.since > CALM;
    this.since = Infinity;
    if (calm) this.wait = FIRST_WAIT;
    const full = Math.random() * Math.max(this.wait, LEAST[code] ?? 0);
    this.pause(code === TOO_MANY ? LONGEST_WAIT + Math.random() * LONGEST_WAIT : code === SLOW && calm ? 0 : full, code);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  pause(ms, code) {
    clearTimeout(this.timer);
    if (this.off) return this.live.turn("offline");
    this.timer = setTimeout(() => this.connect(), ms);
    this.live.turn("waiting", code);
  }

  hangUp() {
    clearTimeout(this.deadline);
    const { socket } = this;
    this.socket = undefined;
    this.live.greeted = false;
    socket?.close();
  }

  listenFor(ms) {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.lost(0), ms);
  }

  // Is anybody there? To stop following nothing is answered by `ok`.
  ask() {
    this.send({ t: "unsub", i: 0, s: "" });
    this.listenFor(ANSWER);
  }

  send(message) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }
}
