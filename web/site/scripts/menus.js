// Menus are <details>, which open and shut by themselves. This goes through them by arrows, shuts them when somebody goes
// elsewhere, and opens upwards where there is no room below.
const MOVES = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };

let open;

export function toggled(menu) {
  if (!menu.open) return menu === open && (open = undefined);
  open = menu;
  if (menu.closest(".place")) return; // always upwards
  menu.classList.remove("up");
  const list = menu.lastElementChild;
  menu.classList.toggle("up", list.getBoundingClientRect().bottom > innerHeight && menu.getBoundingClientRect().top > list.offsetHeight);
}

const shut = (menu) => { if (menu) menu.open = false; };

function items(menu) {
  return [...menu.lastElementChild.querySelectorAll("a, button, select, input:not([type=hidden])")].filter((item) => item.checkVisibility());
}

document.addEventListener("keydown", (event) => {
  const menu = open, { target, key } = event;
  if (!menu?.contains(target)) return;
  if (key === "Escape") {
    shut(menu);
    menu.firstElementChild.focus();
  } else if (key in MOVES && !target.matches("select, input")) {
    const all = items(menu), at = all.indexOf(target), move = MOVES[key];
    all.at(move === "first" || (at < 0 && move === 1) ? 0 : move === "last" || at < 0 ? -1 : (at + move) % all.length)?.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
});

for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, ({ target }) => open && !open.contains(target) && shut(open));
}

// What is done with a post without leaving the page is done.
document.addEventListener("click", ({ target }) => {
  const menu = open;
  if (!menu?.contains(target.closest('button[form="acts"]'))) return;
  shut(menu);
  menu.firstElementChild.focus();
});
