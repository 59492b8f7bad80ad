// A thread that grows in the right place, in every view and order, without moving what one reads.
import { arrived } from "./aloud.js";
import { live, cursorOf, html, again, gone } from "./connection.js";
import { Reading } from "./reading.js";
import { tell } from "./times.js";
import { many } from "./words.js";

class LiveThread extends HTMLElement {
  connectedCallback() {
    this.fresh = new Map(); // what has come and was not seen yet, by number
    this.follow(cursorOf(this.dataset.stream));
    this.reading = new Reading(this.dataset, (number) => this.fresh.delete(number) && this.count());
    for (const post of this.children) if (post.dataset.number) this.reading.watch(post);
    if (this.dataset.flat && !location.hash && this.closest(".room.live")) scrollTo(0, document.documentElement.scrollHeight);
    this.open();
    if (document.querySelector(".place")) import("./place.js");
    this.addEventListener("click", (event) => this.lead(event));
    for (const kind of ["pointerover", "focusin"]) this.addEventListener(kind, (event) => this.preview(event));
  }

  follow(cursor) {
    const room = this.closest("live-room"); // which brings what was missed into the page itself
    if (cursor) live.follow(cursor, { event: (kind, d) => this.take(kind, d), resync: (why) => room ? room.missed(why) : again(why), gone });
  }

  // At the first post that is new, unless somebody comes back to where they were.
  open() {
    const [navigation] = performance.getEntriesByType("navigation");
    if (!this.dataset.since || location.hash || navigation?.type !== "navigate") return;
    this.querySelector(`[data-number="${this.dataset.since}"]`)?.scrollIntoView();
  }

  take(kind, d) {
    if (!kind.startsWith("post.") || !d.html) return;
    const shown = this.find(d.id);
    if (shown) {
      if (d.rev > Number(shown.dataset.rev)) this.swap(shown, html(d.html));
      return;
    }
    const post = html(d.html);
    const counter = document.querySelector("header [data-posts]"), posts = Math.max(counter?.dataset.posts, d.number);
    if (counter) Object.assign(counter, { textContent: many(posts, "{n} post", "{n} posts") }).dataset.posts = posts;
    const put = this.spot(post);
    if (put) {
      this.still(() => put(post));
      post.classList.add("arrived");
      tell(post.parentElement);
      this.reading.watch(post);
    }
    this.announce(post);
  }

  // Whoever has its menu open keeps it open (and the focus: focus.js).
  swap(old, post) {
    const menu = post.querySelector(".more");
    if (menu && old.querySelector(".more[open]")) menu.open = true;
    old.replaceWith(post);
    tell(this);
    this.reading.watch(post);
  }

  // How to put a new post where it belongs, if that is on this page.
  spot({ dataset: { depth, parent } }) {
    const { view, order, first, last, flat } = this.dataset, inOrder = flat || view === "flat";
    if (inOrder || (depth === "1" && view === "threads")) {
      if (order !== "newest") return last && ((post) => this.append(post));
      const opening = !inOrder && this.querySelector('[data-number="1"]');
      return first && ((post) => opening ? opening.after(post) : this.prepend(post));
    }
    // Answers stand under what they answer, after all that is there already.
    let after = parent && this.find(parent);
    if (!after) return;
    const above = Number(after.dataset.depth);
    while (Number(after.nextElementSibling?.dataset.depth) > above) after = after.nextElementSibling;
    const next = after.nextElementSibling;
    if (next?.dataset.answers) return this.further(next);
    if (view === "answers" && !next && !last) return;
    return (post) => after.after(post);
  }

  // One more of those that are on pages of their own.
  further(line) {
    const answers = (line.dataset.answers = Number(line.dataset.answers) + 1);
    line.querySelector("span").textContent = many(answers, "{n} more answer", "{n} more answers");
  }

  // What is read, a third down the screen, stays there, whatever comes above it, and so does the field that somebody writes
  // in; who reads a talk at its end stays at its end.
  still(change) {
    const page = document.documentElement, atEnd = this.dataset.flat && innerHeight + scrollY > page.scrollHeight - 160;
    const mark = this.written() ?? [...this.children].findLast((post) => post.getBoundingClientRect().top < innerHeight / 3), before = mark?.getBoundingClientRect().top;
    change();
    if (atEnd) scrollTo(0, page.scrollHeight);
    else if (mark) scrollBy({ top: mark.getBoundingClientRect().top - before, behavior: "instant" });
  }

  written() {
    const at = document.activeElement, { top, bottom } = at.getBoundingClientRect();
    return at.matches("textarea, input") && top < innerHeight && bottom > 0 ? at : undefined;
  }

  announce(post) {
    if (post.dataset.author === document.body.dataset.member) return this.show(post);
    const box = post.getBoundingClientRect();
    if (post.isConnected && box.top < innerHeight && box.bottom > 0) return arrived(post.querySelector(".who .name")?.textContent);
    this.fresh.set(Number(post.dataset.number), post);
    this.count();
  }

  count() {
    const { size } = this.fresh, pill = (this.pill ??= this.makePill());
    pill.hidden = !size;
    pill.textContent = many(size, "{n} new answer", "{n} new answers");
  }

  // Where it is: here, or on another page of this topic.
  show(post, block = "nearest") {
    const here = this.find(post.dataset.id);
    if (here) here.scrollIntoView({ block });
    else location.assign(`/posts/${post.dataset.id}`);
  }

  find(id) {
    return this.querySelector(`:scope > [data-id="${id}"]`);
  }

  // To the first of them that is here, else to the first of all.
  makePill() {
    const pill = Object.assign(document.createElement("button"), { className: "pill" });
    pill.addEventListener("click", () => {
      const all = [...this.fresh.keys()].sort((a, b) => a - b), number = all.find((each) => this.fresh.get(each).isConnected) ?? all[0];
      const post = this.fresh.get(number);
      this.fresh.delete(number);
      this.count();
      this.show(post, "center");
    });
    const status = Object.assign(document.createElement("div"), { role: "status" });
    status.append(pill);
    this.after(status);
    return pill;
  }

  // A link to a post that is on this page leads there at once. By touch what is answered is shown first.
  lead(event) {
    const link = event.target.closest?.('a[href^="/posts/"]'), post = link && this.find(link.pathname.slice(7));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.dataset.preview && (event.pointerType === "touch" || matchMedia("(hover: none)").matches) && event.detail) {
      event.preventDefault();
      return this.preview(event);
    }
    if (!post) return;
    event.preventDefault();
    location.hash = post.id;
  }

  preview({ target, type, pointerType }) {
    const link = target.closest?.("[data-preview]");
    if (!link || (type === "pointerover" && pointerType === "touch")) return;
    import("./preview.js").then(({ preview }) => preview(link, this.find(link.dataset.preview), type));
  }
}

customElements.define("live-thread", LiveThread);

// Menus open by themselves; what else they do comes with the first that is opened.
document.addEventListener("toggle", ({ target }) => target.matches("details.more") && import("./menus.js").then(({ toggled }) => toggled(target), () => {}), true);
