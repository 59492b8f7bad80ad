// How far one is in a long topic, beside the reading: the post a third down the screen, and how many there are.
import { _ } from "./words.js";

const bar = document.querySelector(".place"), thread = document.querySelector("live-thread"), words = bar.querySelector("summary");
let drawing;

function count() {
  drawing = undefined;
  const post = [...thread.children].findLast((each) => each.dataset.number && each.getBoundingClientRect().top < innerHeight / 3);
  const last = Math.max(bar.dataset.last, document.querySelector("header [data-posts]").dataset.posts), number = post?.dataset.number ?? 1;
  words.textContent = _("Post {number} of {last}", { number, last });
  bar.style.setProperty("--part", number / last);
}

for (const kind of ["scroll", "resize"]) addEventListener(kind, () => (drawing ??= requestAnimationFrame(count)), { passive: true });
count();

// What is on this page needs no other.
bar.addEventListener("click", (event) => {
  const link = event.target.closest("a"), post = link && document.querySelector(link.hash);
  if (!post || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  location.hash = link.hash;
});
