// What helps to write, loaded when somebody begins to: toolbar, shortcuts, completion, preview, drafts.
import "../../vendor/markdown-toolbar-element@2.2.3.js";
import { csrf, html } from "../connection.js";
import { complete } from "./completing.js";
import { Drafts } from "./drafts.js";
import "./pending.js"; // so that it is here when the line is not
import { styles } from "./styles.js";
import { _ } from "../words.js";

await styles;

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

// Element, name, shortcut with Ctrl or Cmd, and its picture.
const TOOLS = [
  ["md-bold", _("Bold"), "b", "bold"],
  ["md-italic", _("Italic"), "i", "italic"],
  ["md-quote", _("Quote"), "shift+.", "quote"],
  ["md-unordered-list", _("List"), "shift+8", "list"],
  ["md-ordered-list", _("Numbered list"), "shift+7", "list-ordered"],
  ["md-link", _("Link"), "k", "link"],
  ["md-code", _("Code"), "e", "code"],
];
const ICONS = new URL("../../icons.svg", import.meta.url);

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
    const bar = html(`<markdown-toolbar for="${this.area.id}" aria-label="${_("Formatting")}"></markdown-toolbar>`);
    for (const [name, label, keys, picture] of TOOLS) {
      const hint = `${label} (${MAC ? "⌘" : "Ctrl+"}${said(keys)})`;
      bar.append(html(`<${name} role="button" tabindex="-1" title="${hint}" aria-label="${label}" aria-keyshortcuts="${MAC ? "Meta" : "Control"}+${said(keys)}"><svg class="icon" aria-hidden="true"><use href="${ICONS}#${picture}"/></svg></${name}>`));
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
      shown.querySelector(".prose").textContent = _("The connection is lost. Try again in a moment.");
    }
    shown.hidden = false;
    shown.focus({ preventScroll: true });
    shown.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("post-editor", PostEditor);
