// Names while one writes them: @members and #topics that all readers may know of, and :emoji:.
import "../../vendor/text-expander-element@2.9.4.js";
import { html } from "../connection.js";
import { _ } from "../words.js";

const PATIENCE = 120; // ms that fingers rest before the hub is asked
const MOST = 8;

let emoji;

export function complete(editor) {
  const expander = editor.querySelector("text-expander");
  let asked = 0;

  // What is found, unless somebody has typed on meanwhile: then nothing, ever, or an old list would take the new one's place.
  async function latest(key, text) {
    const turn = ++asked, found = await suggestions(key, text, () => turn === asked);
    return turn === asked ? found : new Promise(() => {});
  }

  async function suggestions(key, text, wanted) {
    if (key === ":") return text.length > 1 ? emojis(text.toLowerCase()) : null;
    if (key === "#" && (/^\s/.test(text) || text.length > 40)) return null; // a heading
    await new Promise((rest) => setTimeout(rest, PATIENCE));
    if (!wanted()) return null;
    const about = key === "@" ? "members" : "topics";
    try {
      const answer = await fetch(`/networks/${editor.dataset.network}/suggestions?${new URLSearchParams({ about, q: text })}`);
      return answer.ok ? html((await answer.text()) || " ") : null;
    } catch {
      return null; // one writes on without
    }
  }

  expander.addEventListener("text-expander-change", (event) => {
    const { key, text, provide } = event.detail;
    provide(latest(key, text).then((fragment) => ({ matched: Boolean(fragment), fragment })));
  });
  expander.addEventListener("text-expander-value", (event) => {
    const { key, item } = event.detail, { value, name } = item.dataset;
    event.detail.value = { "@": `@${value}`, "#": `[${name.replace(/[\\[\]*_`~<]/g, "\\$&")}](/topics/${value})`, ":": value }[key];
  });
  expander.addEventListener("text-expander-committed", () => editor.area.dispatchEvent(new Event("input", { bubbles: true })));
}

async function emojis(text) {
  emoji ??= import("./emoji.js").then((all) => all.default);
  const found = (await emoji).filter(([, words]) => words.split(" ").some((word) => word.startsWith(text))).slice(0, MOST);
  if (!found.length) return null;
  const list = Object.assign(document.createElement("ul"), { className: "suggestions" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", _("Emoji"));
  list.append(...found.map(([sign, words], n) => {
    const item = Object.assign(document.createElement("li"), { id: `suggested-${n}`, textContent: `${sign} ${words.split(" ")[0]}` });
    item.setAttribute("role", "option");
    Object.assign(item.dataset, { value: sign, name: sign });
    return item;
  }));
  return list;
}
