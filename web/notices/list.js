// The list of notices as it is now: those that gather more move up, and what is read elsewhere is read here.
import { cursorOf, live } from "../site/scripts/connection.js";
import { morph } from "../site/scripts/panel.js";
import { tell } from "../site/scripts/times.js";

const TOGETHER = 200; // ms in which several changes are one

class LiveNotices extends HTMLElement {
  connectedCallback() {
    const me = cursorOf(`m:${document.body.dataset.member}`);
    if (me) live.follow(me, { event: (kind) => kind.startsWith("notice.") && this.soon() });
  }

  soon() {
    this.timer ??= setTimeout(() => this.draw(), TOGETHER);
  }

  async draw() {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const fresh = page.querySelector("live-notices");
      if (fresh) tell(morph(this, document.adoptNode(fresh)));
    } catch {} // the next change draws it
    this.timer = undefined;
  }
}

customElements.define("live-notices", LiveNotices);
