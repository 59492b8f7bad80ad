// What helps to write, loaded when somebody begins to: toolbar, shortcuts, completion, preview, drafts.
import "../../vendor/markdown-toolbar-element@2.2.3.js";
import { csrf, html } from "../connection.js";
import { complete } from "./completing.js";
import { Drafts } from "./drafts.js";
import "./pending.js"; // so that it is here when the line is not
import { styles } from "./styles.js";

await styles;

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

// Element, name, shortcut with Ctrl or Cmd, and its picture.
const TOOLS = [
  ["md-bold", "Bold", "b", "M7 5h6a3.500 3.500 0 0 1 0 7H7zM7 12h7a3.500 3.500 0 0 1 0 7H7z"],
  ["md-italic", "Italic", "i", "M10 5h8M6 19h8M14 5l-4 14"],
  ["md-quote", "Quote", "shift+.", "M9 7c-3 1-4 3-4 6v4h5v-5H7M19 7c-3 1-4 3-4 6v4h5v-5h-3"],
  ["md-unordered-list", "List", "shift+8", "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01"],
  ["md-ordered-list", "Numbered list", "shift+7", "M10 6h10M10 12h10M10 18h10M4 4.500l1.500-.5v4M4 15.500c0-1.500 2.500-1.500 2.500 0 0 1-2.500 1.500-2.500 3.500h2.500"],
  ["md-link", "Link", "k", "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"],
  ["md-code", "Code", "e", "M8 7l-5 5 5 5M16 7l5 5-5 5"],
];

const said = (keys) => keys.split("+").map((key) => ({ shift: MAC ? "⇧" : "Shift" })[key] ?? key.toUpperCase()).join(MAC ? "" : "+");

class PostEditor extends HTMLElement {
  connectedCallback() {
    if (this.area) return;
    this.area = this.querySelector("textarea");
    this.form = this.area.form;
    complete(this);
    if (this.hasAttribute("data-brief")) return;
    this.querySelector(".field > label").after(this.toolbar());
    this.area.addEventListener("keydown", (event) => this.shortcut(event));
    this.form.addEventListener("click", (event) => event.target.name === "preview" && this.preview(event));
    if (this.hasAttribute("data-drafts")) this.drafts = new Drafts(this);
  }

  toolbar() {
    const bar = html(`<markdown-toolbar for="${this.area.id}" aria-label="Formatting"></markdown-toolbar>`);
    for (const [name, label, keys, path] of TOOLS) {
      const hint = `${label} (${MAC ? "⌘" : "Ctrl+"}${said(keys)})`;
      bar.append(html(`<${name} role="button" tabindex="-1" title="${hint}" aria-label="${label}" aria-keyshortcuts="${MAC ? "Meta" : "Control"}+${said(keys)}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg></${name}>`));
    }
    return bar;
  }

  shortcut(event) {
    if (!(MAC ? event.metaKey : event.ctrlKey) || event.altKey) return;
    const pressed = (event.shiftKey ? "shift+" : "") + (event.shiftKey ? { Period: ".", Digit8: "8", Digit7: "7" }[event.code] : event.key.toLowerCase());
    const tool = TOOLS.find(([, , keys]) => keys === pressed);
    if (!tool) return;
    event.preventDefault();
    event.stopPropagation();
    this.querySelector(tool[0]).click();
  }

  // By the same hand as the server's, in place; where that fails the plain form shows it.
  async preview(event) {
    const shown = this.querySelector(".preview"), body = new URLSearchParams({ csrf, body: this.area.value });
    event.preventDefault();
    if (!this.area.value.trim()) return this.area.focus();
    try {
      const headers = { accept: "application/problem+json" };
      const answer = await fetch(`/networks/${this.dataset.network}/preview`, { method: "POST", body, headers });
      if (answer.ok) shown.querySelector(".prose").innerHTML = await answer.text();
      else shown.querySelector(".prose").textContent = (await answer.json()).detail;
    } catch {
      shown.querySelector(".prose").textContent = "The connection is lost. Try again in a moment.";
    }
    shown.hidden = false;
    shown.focus({ preventScroll: true });
    shown.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("post-editor", PostEditor);
