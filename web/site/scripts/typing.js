// Who is about to say something, in rooms small enough for it to be of use.
import { live } from "./connection.js";
import { _ } from "./words.js";

const SAID_EVERY = 5000, FORGOTTEN_AFTER = 8000, CROWD = 50;
const NAMED = 3;

export class Typing {
  // `room.people` are those who are here, by their ids; `room.count` is how many they are.
  constructor(line, area, stream, room) {
    Object.assign(this, { line, room, typists: new Map() });
    let said = 0;
    // Who may post without their name is never said to be typing: the post that follows would tell whose it is.
    if (area?.form.elements.anonymous) return;
    area?.addEventListener("input", () => {
      if (!area.value.trim() || room.count > CROWD || Date.now() - said < SAID_EVERY) return;
      said = Date.now();
      live.eph(stream, "typing");
    });
    // What is sent is finished, and the next sentence is news.
    area?.form.addEventListener("submit", () => (said = 0));
  }

  heard({ m }) {
    if (String(m) === document.body.dataset.member) return; // oneself, on another screen
    clearTimeout(this.typists.get(m));
    this.typists.set(m, setTimeout(() => this.stopped(m), FORGOTTEN_AFTER));
    this.show();
  }

  stopped(m) {
    clearTimeout(this.typists.get(m));
    if (this.typists.delete(m)) this.show();
  }

  show() {
    const names = [...this.typists.keys()].map((m) => this.room.people.get(m)?.name).filter(Boolean);
    const silent = !names.length || this.room.count > CROWD, some = { names: new Intl.ListFormat(document.documentElement.lang).format(names) };
    this.line.textContent = silent ? "" : names.length > NAMED ? _("Several people are typing…") : names.length > 1 ? _("{names} are typing…", some) : _("{names} is typing…", some);
  }
}
