// The files of a form: each is sent at once, two at a time, and its number stands in the form when it is there.
import { csrf } from "./connection.js";
import { _ } from "./words.js";

const AT_ONCE = 2;
const MOST = 10;

class FileDrop extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.closest("form");
    this.list = this.querySelector(".attached");
    this.rows = new Set(); // of those that are not there yet
    // Before whoever else sends the form: a post goes out with its files, or waits for them.
    this.form.addEventListener("submit", (event) => this.hold(event), { capture: true });
  }

  take(files) {
    this.say("");
    for (const file of files) {
      if (this.list.children.length >= MOST) return this.say(_("A post can have {n} files at most.", { n: MOST }));
      const row = new Row(this, file);
      this.list.append(row.item);
      this.rows.add(row);
      if (file.size > this.dataset.most * 2 ** 20) row.fail(_("This file is too large: it can have {n} MB at most.", { n: this.dataset.most }), false);
      else if (!file.size) row.fail(_("This file is empty."), false);
    }
    this.next();
  }

  next() {
    const rows = [...this.rows], sending = rows.filter((row) => row.request).length;
    for (const row of rows.filter((row) => row.waits).slice(0, AT_ONCE - sending)) row.send();
    if (rows.some((row) => row.waits || row.request)) return;
    const { held } = this;
    this.held = null;
    if (held && rows.length) this.say(_("Not all files are attached. Try those again or take them off, then post."));
    else if (held) this.form.requestSubmit(held.submitter);
  }

  hold(event) {
    if (!this.rows.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.held = { submitter: event.submitter };
    this.tell(_("This goes out as soon as its files are there."));
    this.next();
  }

  // After a post: the next one begins without files.
  clear() {
    this.list.replaceChildren();
    this.say("");
  }

  say(sentence) {
    const line = this.querySelector("[role=alert]");
    line.textContent = sentence;
    line.hidden = !sentence;
  }

  tell(sentence) {
    this.querySelector("[role=status]").textContent = sentence;
  }
}

class Row {
  constructor(drop, file) {
    Object.assign(this, { drop, file, waits: true });
    this.item = make("li", {});
    this.bar = make("progress", { max: 1, value: 0, ariaLabel: file.name });
    this.show(this.bar, button(_("Cancel"), () => this.remove()));
  }

  show(...rest) {
    const shown = rest[0].matches("img") ? [rest.shift()] : [];
    this.item.replaceChildren(...shown, make("span", { className: "file-name", textContent: this.file.name || _("Picture") }), ...rest);
  }

  send() {
    const request = this.request = new XMLHttpRequest(); // fetch tells nothing of how far it got
    this.waits = false;
    request.open("POST", `${this.drop.dataset.to}?name=${encodeURIComponent(this.file.name)}`);
    request.setRequestHeader("x-csrf", csrf);
    request.setRequestHeader("accept", "application/problem+json");
    request.upload.onprogress = ({ loaded, total }) => {
      if (loaded < total) this.bar.value = loaded / total;
      else this.bar.removeAttribute("value"); // it is there and being looked through
    };
    request.onloadend = () => {
      if (this.request !== request) return; // taken off
      this.request = null;
      const answer = said(request);
      if (request.status === 201) this.finish(answer);
      else this.fail(answer?.detail ?? _("This file did not arrive: the connection broke."), ![413, 422].includes(request.status));
      this.drop.next();
    };
    request.send(this.file);
  }

  finish({ id, name, kind, width, height }) {
    this.id = id;
    this.drop.rows.delete(this);
    const shown = kind === "picture" ? [make("img", { src: `/files/${id}/${encodeURIComponent(name)}?small`, alt: "", width, height })] : [];
    this.show(...shown, make("input", { type: "hidden", name: "files", value: id }), button(_("Remove"), () => this.remove()));
    this.drop.tell(_("{name} is attached.", { name }));
  }

  fail(sentence, again) {
    this.waits = false;
    const retry = button(_("Try again"), () => {
      this.waits = true;
      this.show(this.bar, button(_("Cancel"), () => this.remove()));
      this.drop.next();
    });
    this.show(make("span", { className: "error", textContent: sentence }), ...(again ? [retry] : []), button(_("Remove"), () => this.remove()));
    this.drop.tell(`${this.file.name}: ${sentence}`);
  }

  remove() {
    const { request } = this;
    this.request = null;
    request?.abort();
    this.drop.rows.delete(this);
    this.item.remove();
    if (this.id) fetch(`/files/${this.id}/remove`, { method: "POST", body: new URLSearchParams({ csrf }) }).catch(() => {}); // a day later it goes by itself
    this.drop.say("");
    this.drop.next();
    this.drop.querySelector("[type=file]").focus();
  }
}

const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

function button(textContent, act) {
  const made = make("button", { type: "button", className: "link", textContent });
  made.addEventListener("click", act);
  return made;
}

function said(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

customElements.define("file-drop", FileDrop);
