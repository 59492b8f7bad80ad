// How far one is in a long topic, beside the reading: the post at the top of the screen, at the end the last, and how many
// there are.
import { _ } from "./words.js";

const bar = document.querySelector(".place"), thread = document.querySelector("live-thread"), words = bar.querySelector("summary");
const ABOVE = 110; // pixels, of what stays above what is read
let drawing;

function count() {
  drawing = undefined;
  const atEnd = scrollY && thread.getBoundingClientRect().bottom <= innerHeight, posts = [...thread.children].filter((each) => each.dataset.number);
  const post = atEnd ? posts.at(-1) : posts.findLast((each) => each.getBoundingClientRect().top < ABOVE) ?? posts[0];
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
