// A tab's way to the line that all tabs of a session share (shared.js). It says what it would say to the hub.
// What can't be shared goes alone: by a line of the tab's own, from the same cursors, with the same writes.
import { Line } from "./line.js";

const JOINING = 5000;   // ms for the worker to answer, loading included
const ASKING = 20000;   // ms between two signs of life, both ways

export class Branch {
  constructor(live, csrf, lang) {
    Object.assign(this, { live, csrf, lang });
  }

  start() {
    this.live.turn("connecting");
    try {
      this.worker = new SharedWorker(new URL("shared.js", import.meta.url), { type: "module", name: `${this.csrf} ${this.lang}` });
    } catch {
      return this.alone(); // some browsers have the class and refuse its use
    }
    const port = this.port = this.worker.port;
    this.worker.onerror = () => port === this.port && this.alone();
    port.onmessage = ({ data }) => port === this.port && this.hear(data);
    this.send({ t: "hello", subs: this.live.cursors(), on: navigator.onLine });
    this.asked = false;
    this.joining = setTimeout(() => this.alone(), JOINING);
    this.asking = setInterval(() => this.ask(), ASKING);
  }

  hear(m) {
    this.asked = false;
    if (m.t === "joined") {
      clearTimeout(this.joining);
      this.live.greet();
    } else if (m.t === "state") {
      m.state === "ended" ? this.live.end(m.why) : this.live.turn(m.state, m.why);
    } else if (m.t === "lock") this.watch(m.lock);
    else if (m.t === "again") this.rejoin();
    else if (m.t === "alone") this.alone();
    else this.live.hear(m);
  }

  // The worker holds this lock as long as it lives.
  watch(lock) {
    const { signal } = this.watching = new AbortController();
    navigator.locks?.request(lock, { mode: "shared", signal }, () => signal.aborted || this.rejoin()).catch(() => {});
  }

  // A worker dies without a word. Should it only have been we who slept, nothing is lost by joining again.
  ask() {
    if (this.asked) return this.rejoin();
    this.asked = true;
    this.send({ t: "ask" });
  }

  rejoin() {
    this.part();
    this.start();
  }

  alone() {
    this.part();
    this.live.line = new Line(this.live, { csrf: this.csrf, lang: this.lang });
    this.live.line.net(navigator.onLine);
    this.live.line.connect();
  }

  stop() {
    this.part();
    this.live.turn("idle");
  }

  part() {
    this.live.greeted = false;
    this.watching?.abort();
    clearTimeout(this.joining);
    clearInterval(this.asking);
    this.send({ t: "bye" });
    this.port?.close();
    this.port = undefined;
  }

  hurry() {
    this.send({ t: "hurry" });
    if (!this.asked) this.ask();
  }

  net(on) {
    this.send({ t: "net", on });
  }

  send(message) {
    this.port?.postMessage(message);
  }
}
