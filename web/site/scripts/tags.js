// A field of several tags: the list offers what may follow those that are there already. Without this file it offers the first.
class TagsField extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input"), list = this.querySelector("datalist");
    const known = [...list.options].map((option) => option.value);
    field.addEventListener("input", () => {
      const there = field.value.split(",").slice(0, -1).map((tag) => tag.trim()).filter(Boolean);
      const before = there.map((tag) => `${tag}, `).join("");
      list.replaceChildren(...known.filter((tag) => !there.includes(tag)).map((tag) => Object.assign(document.createElement("option"), { value: before + tag })));
    });
  }
}

customElements.define("tags-field", TagsField);
