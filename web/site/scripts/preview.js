// What an answer answers, beside the link to it: loaded when somebody first asks. Without it the link leads there.
import { html } from "./connection.js";
import { tell } from "./times.js";
import { _ } from "./words.js";

const PATIENCE = { pointerover: 300, focusin: 0, click: 0 }; // ms until it opens
const PARTING = 250; // ms that one may leave it, to come back

const known = new Map();
let open, timer;

export function preview(link, here, why) {
  clearTimeout(timer);
  if (open?.link === link) return why === "click" && close();
  timer = setTimeout(() => show(link, here), PATIENCE[why]);
  if (!link.dataset.asked) {
    link.dataset.asked = "yes";
    const place = link.parentElement;
    place.addEventListener("pointerleave", ({ pointerType }) => pointerType !== "touch" && leave());
    place.addEventListener("pointerenter", () => open?.link === link && clearTimeout(timer));
    place.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !place.contains(relatedTarget) && close());
  }
}

async function show(link, here) {
  const id = link.dataset.preview, mine = timer;
  let box;
  try {
    box = here ? taken(here) : html(known.get(id) ?? await asked(id));
  } catch { return; } // the link still leads there
  if (mine !== timer || !link.isConnected) return;
  close();
  box.id = "preview";
  link.setAttribute("aria-describedby", "preview");
  link.after(box);
  tell(box);
  const { bottom } = box.getBoundingClientRect();
  box.classList.toggle("above", bottom > innerHeight && link.getBoundingClientRect().top > box.offsetHeight);
  open = { link, box };
}

async function asked(id) {
  const answer = await fetch(`/posts/${id}/preview`);
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const text = await answer.text();
  known.set(id, text);
  return text;
}

// As the server's template has it (_preview.html).
function taken(post) {
  const box = html('<article class="preview"><p class="named"><span class="name"></span> <span class="quiet"></span></p></article>');
  box.querySelector(".name").textContent = post.querySelector(".who .name").textContent;
  box.querySelector(".quiet").append(post.querySelector("time").cloneNode(true));
  const words = post.querySelector(":scope > .prose, :scope > .removed").cloneNode(true);
  const go = html("<p><a></a></p>");
  Object.assign(go.firstChild, { href: `/posts/${post.dataset.id}`, textContent: _("Go to it") });
  box.append(words, go);
  return box;
}

function leave() {
  clearTimeout(timer);
  timer = setTimeout(close, PARTING);
}

function close() {
  clearTimeout(timer);
  timer = undefined;
  open?.link.removeAttribute("aria-describedby");
  open?.box.remove();
  open = undefined;
}

document.addEventListener("keydown", ({ key }) => key === "Escape" && open && close());
document.addEventListener("pointerdown", ({ target }) => open && !open.link.parentElement.contains(target) && close());
