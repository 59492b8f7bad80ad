// A post that is on its way: it stands where it will be, until the real one does. Where it fails its text is still there,
// and another try has the same name, so that nothing is posted twice.
import { live } from "../connection.js";
import { _ } from "../words.js";

import("./styles.js").catch(() => {}); // its looks can wait for the line, its text can't

const SLOW = 4000; // ms until a post that is on its way says so

const make = (name, words = {}) => Object.assign(document.createElement(name), words);

export class Pending {
  constructor(composer, said, to) {
    Object.assign(this, { composer, said, to });
    this.thread = document.querySelector("live-thread");
    this.files = [...composer.querySelectorAll("file-drop .attached > *")];
    for (const file of this.files) file.remove();
    this.draw();
    this.place();
  }

  draw() {
    const { body, parent } = this.said, deep = parent && this.thread?.querySelector(`[data-id="${parent}"]`);
    this.post = make("article", { className: `post pending depth-${deep && deep.dataset.number !== "1" ? 2 : 1}` });
    this.post.dataset.depth = deep && deep.dataset.number !== "1" ? 2 : 1;
    this.post.setAttribute("aria-busy", "true");
    this.text = make("p", { className: "prose", textContent: body });
    // Whoever asks whether somebody is in the middle of writing finds it here.
    this.kept = make("textarea", { value: body, hidden: true });
    this.line = make("p", { className: "hint" });
    this.line.setAttribute("role", "status");
    this.foot = make("p", { className: "acts" });
    this.post.append(this.text, this.kept, this.line, this.foot);
  }

  // After all that answers the same post; else at the end.
  place() {
    const parent = this.said.parent && this.thread?.querySelector(`[data-id="${this.said.parent}"]`);
    if (parent && !this.thread.dataset.flat && parent.dataset.number !== "1") {
      let after = parent;
      while (Number(after.nextElementSibling?.dataset.depth) > Number(parent.dataset.depth)) after = after.nextElementSibling;
      after.after(this.post);
    } else if (this.thread) this.thread.append(this.post);
    else this.composer.before(this.post);
    this.post.scrollIntoView({ block: "nearest" });
  }

  async send() {
    const { topic, body, parent, anonymous, files, op } = this.said, editor = this.composer.querySelector("post-editor");
    this.post.classList.remove("failed");
    this.post.setAttribute("aria-busy", "true");
    this.foot.replaceChildren();
    this.say(live.up ? "" : _("The connection is lost. This will be sent as soon as it is back."));
    const slow = setTimeout(() => this.say(live.up ? _("Sending…") : _("The connection is lost. This will be sent as soon as it is back.")), SLOW);
    try {
      await editor?.drafts?.pause();
      const { id, number } = await live.op("post.add", `t:${topic}`, { body, parent, anonymous, files }, op);
      // The post itself does not say whose it is.
      if (anonymous) document.querySelector("style").sheet.insertRule(`[data-id="${id}"] > .post-foot .own { display: inline-flex }`);
      editor?.drafts?.posted();
      this.replaceBy(id, number, topic);
    } catch (error) {
      if (error.code === "big" || error.code === "ended") return this.byForm();
      this.fail(error.text ?? _("This was not saved. Try again."));
    } finally {
      clearTimeout(slow);
    }
  }

  // The real one comes by the topic's stream, before the answer or after it; or it stands on another page of the topic.
  replaceBy(id, number, topic) {
    const here = () => document.querySelector(`[data-id="${id}"]`) && (this.post.remove(), true);
    if (here()) return;
    this.say("");
    this.kept.remove();
    this.post.removeAttribute("aria-busy");
    this.foot.replaceChildren(make("a", { href: `/topics/${topic}?post=${number}#p${number}`, textContent: _("Go to your post") }));
    const seeing = new MutationObserver(() => here() && seeing.disconnect());
    seeing.observe(document.getElementById("main"), { childList: true, subtree: true });
  }

  // What is too long for the socket, or comes after its end, a form takes, with the same name.
  byForm() {
    const { form, area } = this.composer;
    this.putBack();
    area.value = this.said.body;
    form.elements.op.value = this.said.op;
    form.submit();
  }

  fail(sentence) {
    this.post.classList.add("failed");
    this.post.removeAttribute("aria-busy");
    this.say(sentence);
    const again = make("button", { type: "button", className: "button", textContent: _("Try again") });
    const change = make("button", { type: "button", className: "button plain", textContent: _("Change it") });
    again.addEventListener("click", () => this.send());
    change.addEventListener("click", () => this.putBack());
    this.foot.replaceChildren(again, change);
  }

  // Into the form, before what was written since.
  putBack() {
    const { area, form } = this.composer;
    area.value = [this.said.body, area.value].filter((text) => text.trim()).join("\n\n");
    this.composer.querySelector("file-drop .attached")?.prepend(...this.files);
    this.composer.answer(this.said.parent ?? "", this.to);
    if (form.elements.anonymous) form.elements.anonymous.checked = this.said.anonymous;
    form.elements.op.value = this.said.op;
    this.post.remove();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  say(sentence) {
    this.line.textContent = sentence;
    this.line.className = this.post.classList.contains("failed") ? "error" : "hint";
  }
}
