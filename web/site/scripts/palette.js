// Go anywhere from the keyboard: Ctrl-K, or /. Loaded when it is first wanted; it keeps nothing of what it shows.
import { html } from "./connection.js";
import { _ } from "./words.js";

const PAUSE = 120; // ms without a letter, before the hub is asked

const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../../discussions/palette.css", import.meta.url).href });
const styled = new Promise((done) => { sheet.onload = sheet.onerror = done; });
document.head.append(sheet);

const dialog = html(`<dialog class="palette" aria-label="${_("Go to")}">
  <form action="/search" role="search">
    <input name="q" type="search" role="combobox" aria-label="${_("Go to a discussion, a person or a network")}" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="100" placeholder="${_("Go to a discussion, a person or a network")}">
  </form>
  <div id="palette-list" role="listbox" aria-label="${_("Places")}"></div>
  <p class="palette-state" role="status"></p>
  <p class="palette-keys"><span><kbd>↑</kbd> <kbd>↓</kbd> ${_("choose")}</span> <span><kbd>Enter</kbd> ${_("go")}</span> <span><kbd>Esc</kbd> ${_("close")}</span> <span><kbd>?</kbd> ${_("all keys")}</span></p>
</dialog>`);
const [form, list, state] = dialog.children, input = form.elements.q;
document.body.append(dialog);

let timer, asking, active;

export async function open() {
  await styled;
  if (dialog.open) return;
  input.value = "";
  list.replaceChildren();
  dialog.showModal();
  ask();
}

async function ask() {
  asking?.abort();
  const { signal } = asking = new AbortController(), typed = input.value.trim();
  let text, sentence = "";
  try {
    const answer = await fetch(`/jump?q=${encodeURIComponent(typed)}`, { signal, cache: "no-store" });
    if (answer.ok) text = await answer.text();
    else sentence = answer.status === 429 ? _("One moment, please. Then type on.") : _("That did not work. Enter searches all posts.");
  } catch {
    if (signal.aborted) return;
    sentence = _("The hub can’t be reached just now.");
  }
  if (signal.aborted) return;
  list.innerHTML = text ?? "";
  const found = options();
  found.forEach((option, n) => { option.id = `palette-${n}`; });
  choose(typed ? found[0] : undefined);
  state.textContent = sentence || (found.length ? "" : _("Nothing has been read yet. Type the beginning of a name."));
}

const options = () => [...list.querySelectorAll("[role=option]")];

function choose(option) {
  active?.setAttribute("aria-selected", "false");
  active = option;
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

input.addEventListener("input", () => {
  asking?.abort(); // what it would answer is no longer asked for
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});

input.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], all = options();
  if (!step || !all.length) return;
  event.preventDefault();
  const at = all.indexOf(active);
  choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
});

form.addEventListener("submit", (event) => {
  const fresh = active && active.isConnected && !pending();
  if (fresh) active.click();
  if (fresh || !input.value.trim()) event.preventDefault();
});

// Who types a word and Enter at once means the word, not what was listed for the half of it.
let listed = "";
new MutationObserver(() => { listed = input.value.trim(); }).observe(list, { childList: true });
const pending = () => listed !== input.value.trim();

// A page that stays, as one does for a fragment of its own, is not covered.
list.addEventListener("click", () => setTimeout(() => dialog.close()));
dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
dialog.addEventListener("close", () => {
  asking?.abort();
  clearTimeout(timer);
  input.value = "";
  list.replaceChildren();
});
