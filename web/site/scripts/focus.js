// What has the focus may be drawn anew by something that has arrived: then its like gets it, or what stands in its place.
// Whoever reads aloud or goes by keys would otherwise find themselves at the top of the page again.
const LIKE = ["href", "formaction", "action", "name", "value", "data-reply", "data-react", "aria-label", "class"];
const REACHED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";

let last, path = []; // of elements, the inmost first, and the place of each among its siblings

document.addEventListener("focusin", ({ target }) => {
  last = target;
  path = [];
  for (let each = target; each && each !== document.body; each = each.parentElement) {
    path.push({ each, parent: each.parentElement, at: [...each.parentElement.children].indexOf(each), id: each.id });
  }
});

new MutationObserver(() => {
  if (!last || last.isConnected || document.activeElement !== document.body) return;
  const home = inPlace();
  last = undefined;
  if (!home) return;
  if (!home.matches(REACHED)) home.tabIndex = -1;
  home.focus({ preventScroll: true });
}).observe(document.body, { childList: true, subtree: true });

function inPlace() {
  const gone = path.findLastIndex(({ each }) => !each.isConnected);
  // By its name, where something of that name is there again, else by where it was.
  const named = path.slice(0, gone + 1).findLast(({ id }) => id && document.getElementById(id));
  const { parent, at } = path[gone];
  const anew = named ? document.getElementById(named.id) : parent.children[Math.min(at, parent.children.length - 1)];
  const all = anew ? [anew, ...anew.querySelectorAll(REACHED)].filter((each) => each.matches(REACHED) && each.checkVisibility()) : [];
  return all.find(alike) ?? all[0] ?? anew ?? parent;
}

const alike = (each) => each.localName === last.localName && LIKE.every((name) => each.getAttribute(name) === last.getAttribute(name));
