// All keys on one sheet, and the switch for those of one character. Loaded when it is first wanted.
import { html } from "./connection.js";
import { keys } from "./keys.js";
import { _ } from "./words.js";

const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../keys.css", import.meta.url).href });
const styled = new Promise((done) => { sheet.onload = sheet.onerror = done; });
document.head.append(sheet);

const GROUPS = [
  [_("Everywhere"), [["/", _("Search, or go anywhere")], ["Ctrl K", _("The same, also while you write")], ["?", _("This sheet")]]],
  [_("Go to"), [["g h", _("Home")], ["g w", _("Networks")], ["g n", _("Notices")], ["g u", _("What is unread")], ["g b", _("Your bookmarks")], ["g s", _("Your settings")]]],
  [_("In a list or a discussion"), [["j", _("The next one")], ["k", _("The one before")], ["Enter", _("Open what has the focus")], ["c", _("Start a discussion")]]],
  [_("At a post"), [["r", _("Reply")], ["e", _("Edit your own")]]],
  [_("While you write"), [["Ctrl Enter", _("Send it")]]],
];

const dialog = html(`<dialog class="keys" aria-labelledby="keys-title"><header><h2 id="keys-title"></h2><button class="button plain small"></button></header><div class="key-groups"></div><label class="switch"><input type="checkbox"><span></span></label></dialog>`);
const named = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

dialog.querySelector("h2").textContent = _("Keys");
dialog.querySelector("button").textContent = _("Close");
dialog.querySelector(".switch span").textContent = _("Keys of one character do something, where you are not writing");
for (const [title, lines] of GROUPS) {
  const list = document.createElement("dl"), group = document.createElement("section");
  for (const [combination, what] of lines) {
    const line = document.createElement("div"), term = document.createElement("dt");
    term.append(...combination.split(" ").flatMap((key) => [named("kbd", key), " "]));
    line.append(term, named("dd", what));
    list.append(line);
  }
  group.append(named("h3", title), list);
  dialog.querySelector(".key-groups").append(group);
}
document.body.append(dialog);

const box = dialog.querySelector("input");
box.addEventListener("change", () => { keys.on = box.checked; });
dialog.querySelector("button").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());

export async function open() {
  await styled;
  box.checked = keys.on;
  if (!dialog.open) dialog.showModal();
}
