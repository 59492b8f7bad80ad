// What one writes is kept on the hub a few seconds later, so that one can go on anywhere, and is gone when it is posted.
import { csrf, cursorOf, live } from "../connection.js";
import { _ } from "../words.js";

const REST = 2000; // ms after the last letter
const MOST = 60000; // letters; a browser sends no more when a page closes

export class Drafts {
  constructor(editor) {
    Object.assign(this, { editor, area: editor.area, form: editor.form, id: 0, rev: "", saved: "" });
    this.line = Object.assign(document.createElement("p"), { className: "hint draft-line" });
    this.line.setAttribute("role", "status");
    editor.append(this.line);
    this.title = this.form.elements.title;
    this.mask = this.form.elements.anonymous;
    this.form.addEventListener("input", (event) => [this.area, this.title, this.mask].includes(event.target) && this.later());
    this.form.addEventListener("submit", (event) => event.submitter?.name !== "preview" && clearTimeout(this.timer));
    addEventListener("pagehide", () => this.timer && this.save({ keepalive: true }));
    const mine = cursorOf(`m:${document.body.dataset.member}`);
    if (mine) live.follow(mine, { event: (kind, d) => this.heard(kind, d) });
    this.load();
  }

  get place() {
    const { network, topic } = this.editor.dataset;
    return topic ? { topic, parent: this.form.elements.parent?.value ?? "" } : { network };
  }

  get text() {
    const { title, area, mask } = this;
    return area.value || title?.value ? JSON.stringify([title?.value ?? "", area.value, mask?.checked ?? false]) : "";
  }

  get dirty() {
    return this.text !== this.saved;
  }

  // What was begun before, unless something stands here already.
  async load(instead = false) {
    const answer = await fetch(`/drafts/at?${new URLSearchParams(this.place)}`).catch(() => null);
    const draft = answer?.ok ? await answer.json() : null;
    if (!draft) return;
    const empty = !this.area.value.trim() && !this.title?.value.trim();
    Object.assign(this, { id: draft.id, rev: draft.rev, parent: String(draft.parent ?? "") });
    if (this.area.value === draft.body) return this.keepAs();
    if (!empty && !instead) return this.choose();
    this.area.value = draft.body;
    if (this.title) this.title.value = draft.title;
    if (this.mask && draft.anonymous) this.mask.checked = true;
    if (draft.parent) this.editor.closest("reply-form")?.answer(draft.parent, draft.name);
    this.keepAs();
    this.say(_("This is your draft."), [_("Discard it"), () => this.discard()]);
  }

  keepAs() {
    this.saved = this.text;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), REST);
  }

  async save({ keepalive = false, force = false } = {}) {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.dirty || this.area.value.length > MOST) return;
    const text = this.text, { parent = "" } = this.place;
    const moved = this.id && parent !== (this.parent ?? "");
    const body = new URLSearchParams({ csrf, ...this.place, title: this.title?.value ?? "", body: this.area.value, anonymous: this.mask?.checked ? "yes" : "", rev: force || moved ? "" : this.rev });
    if (moved) body.set("instead_of", this.id);
    const headers = { accept: "application/problem+json" };
    this.saving = fetch("/drafts", { method: "POST", body, headers, keepalive }).then(async (answer) => {
      if (answer.status === 409) return this.choose();
      if (!answer.ok) return this.say((await answer.json()).detail);
      const { id = 0, rev = "" } = (await answer.json()) ?? {};
      Object.assign(this, { id, rev, parent, saved: text });
      this.say(id ? _("Draft saved.") : "", ...(id ? [[_("All drafts"), "/drafts"]] : []));
    }).catch(() => this.say(_("Your draft is not saved while the connection is lost. It stays here.")));
    await this.saving;
  }

  // Another device of the same member.
  heard(kind, d) {
    const { network, topic, parent = "" } = this.place;
    if (kind === "draft.gone" && d.id === this.id) {
      Object.assign(this, { id: 0, rev: "" });
      if (this.dirty) return;
      this.fill("", "");
      this.say(_("This was posted or discarded in another place."));
    }
    const here = topic ? String(d.topic) === topic && String(d.parent ?? "") === parent : d.network === network;
    if (kind !== "draft.saved" || !here || (d.id === this.id && d.rev <= this.rev)) return;
    Promise.resolve(this.saving).then(() => {
      if (d.id === this.id && d.rev <= this.rev) return;
      if (!this.dirty) this.load(true);
    });
  }

  choose() {
    this.say(_("You went on writing this in another place."), [_("Take that text"), () => this.load(true)], [_("Keep this one"), () => this.save({ force: true })]);
  }

  async discard() {
    const { id } = this;
    await fetch(`/drafts/${id}/discard`, { method: "POST", body: new URLSearchParams({ csrf }), redirect: "manual" });
    Object.assign(this, { id: 0, rev: "" });
    this.fill("", "");
    this.say(_("Discarded."));
    this.area.focus();
  }

  // Nothing is saved any more while it is being posted, or what was posted would come back as a draft.
  async pause() {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.saving;
  }

  posted() {
    this.saved = "";
    this.say("");
    if (this.id) fetch(`/drafts/${this.id}/discard`, { method: "POST", body: new URLSearchParams({ csrf }), redirect: "manual" });
    Object.assign(this, { id: 0, rev: "" });
    if (this.area.value) this.later();
  }

  fill(title, body) {
    this.area.value = body;
    if (this.title) this.title.value = title;
    this.keepAs();
  }

  say(sentence, ...ways) {
    this.line.replaceChildren(sentence, ...ways.flatMap(([words, way]) => {
      const link = document.createElement(typeof way === "string" ? "a" : "button");
      if (typeof way === "string") link.href = way;
      else Object.assign(link, { type: "button", className: "link" }).addEventListener("click", way);
      link.textContent = words;
      return [" ", link];
    }));
  }
}
