// A plain form until this page has been live; then it sends by the socket, and keeps the text until the post is safe.
import { live } from "./connection.js";
import { newName } from "./live.js";

class ReplyForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.area = this.form.elements.body;
    this.room = this.closest("live-room");
    this.form.addEventListener("submit", (event) => this.send(event));
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.querySelector("[data-cancel]").addEventListener("click", (event) => { event.preventDefault(); this.answer("", ""); });
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("[data-reply]");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.answer(link.dataset.reply, link.dataset.name);
      this.area.focus();
    });
    this.form.elements.op.value = newName();
  }

  answer(id, name) {
    this.form.elements.parent.value = id;
    const line = this.querySelector(".answering");
    line.hidden = !id;
    line.querySelector("strong").textContent = name;
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    const send = event.ctrlKey || event.metaKey || (this.room && !event.shiftKey);
    if (!send) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  async send(event) {
    if (!live.wasLive || live.state === "ended") return; // the plain form does it
    event.preventDefault();
    const body = this.area.value, { parent, op } = this.form.elements;
    if (!body.trim() || this.busy) return;
    this.busy = true;
    this.say(live.up ? "" : "The connection is lost. This will be sent as soon as it is back.");
    try {
      const topic = this.form.action.split("/").pop(), anonymous = this.form.elements.anonymous?.checked, files = new FormData(this.form).getAll("files");
      const { id } = await live.op("post.add", `t:${topic}`, { body, parent: parent.value ? Number(parent.value) : null, anonymous, files }, op.value);
      // The post itself does not say whose it is.
      if (anonymous) document.querySelector("style").sheet.insertRule(`[data-id="${id}"] > .post-foot .own { display: inline-flex }`);
      if (this.area.value.startsWith(body)) this.area.value = this.area.value.slice(body.length);
      this.querySelector("file-drop")?.clear?.();
      this.answer("", "");
      this.say("");
      op.value = newName();
    } catch (error) {
      if (error.code === "big") return this.form.submit(); // a form takes it
      this.say(error.text ?? "That was not saved. Try again.");
    }
    this.busy = false;
  }

  say(sentence) {
    this.line ??= this.form.insertBefore(Object.assign(document.createElement("p"), { className: "error" }), this.form.lastElementChild);
    this.line.setAttribute("role", "alert");
    this.line.textContent = sentence;
    this.line.hidden = !sentence;
  }
}

customElements.define("reply-form", ReplyForm);
// The form of a new topic has an op too, so that a second click starts no second topic.
for (const op of document.querySelectorAll("form input[name=op]")) op.value ||= newName();
