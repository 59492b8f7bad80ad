// A plain form until this page has been live; then it sends by the socket, and keeps the text until the post is safe.
import { csrf, live } from "./connection.js";
import { newName } from "./live.js";
import { _ } from "./words.js";

const AGAIN = 5000; // ms

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
    this.form.elements.op.value ||= newName();
  }

  answer(id, name) {
    this.form.elements.parent.value = id;
    const line = this.querySelector(".answering");
    line.hidden = !id;
    line.querySelector("strong").textContent = name;
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    const send = event.ctrlKey || event.metaKey || (this.room && !event.shiftKey);
    if (!send) return;
    event.preventDefault();
    this.form.requestSubmit(this.form.querySelector(".composer-foot .button:not([name])"));
  }

  async send(event) {
    if (event.submitter?.name || !live.wasLive || live.state === "ended") return; // the plain form does it
    event.preventDefault();
    const body = this.area.value, { parent, op } = this.form.elements;
    if (!body.trim() || this.busy) return;
    this.busy = true;
    const { Pending } = await part("pending", () => this.say(_("The connection is lost. This will be sent as soon as it is back.")));
    this.busy = false;
    this.say("");
    const topic = this.form.action.split("/").pop(), anonymous = this.form.elements.anonymous?.checked;
    const said = { topic, body, parent: parent.value ? Number(parent.value) : null, anonymous, files: new FormData(this.form).getAll("files"), op: op.value };
    const pending = new Pending(this, said, this.querySelector(".answering strong").textContent);
    if (this.area.value.startsWith(body)) this.area.value = this.area.value.slice(body.length);
    op.value = newName();
    this.answer("", "");
    pending.send();
  }

  say(sentence) {
    if (!sentence && !this.line) return;
    this.line ??= this.form.insertBefore(Object.assign(document.createElement("p"), { className: "error" }), this.form.lastElementChild);
    this.line.setAttribute("role", "alert");
    this.line.textContent = sentence;
    this.line.hidden = !sentence;
  }
}

// What comes when it is first needed; without a line it is asked for again, by another name, since browsers remember that there was none.
async function part(name, onWait = () => {}, tries = 0) {
  try {
    return await import(`./writing/${name}.js${tries ? `?${tries}` : ""}`);
  } catch {
    onWait();
    await new Promise((again) => { addEventListener("online", again, { once: true }); setTimeout(again, AGAIN); });
    return part(name, onWait, tries + 1);
  }
}

customElements.define("reply-form", ReplyForm);

// What helps to write comes when somebody begins to.
function begin({ target }) {
  const editor = target?.closest?.("post-editor");
  if (editor) import("./writing/editor.js").catch(() => {}); // without it one writes on all the same
}
document.addEventListener("focusin", begin);
begin({ target: document.activeElement });

// What was selected in a post can be quoted.
if (csrf) document.addEventListener("selectionchange", () => getSelection().isCollapsed || import("./writing/quoting.js").then((quoting) => quoting.offer(), () => {}));
