// A button beside an address that is worth copying.
import { _ } from "./words.js";

class CopyLink extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button plain small", textContent: _("Copy") });
    button.addEventListener("click", async () => {
      input.select();
      try {
        await navigator.clipboard.writeText(input.value);
        button.textContent = _("Copied");
      } catch {
        button.textContent = _("Press Ctrl+C");
      }
    });
    this.append(button);
  }
}

customElements.define("copy-link", CopyLink);
