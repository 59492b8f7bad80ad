// Who is in a room, by their organisations, with the hosts first.

import { _, many } from "./words.js";

const MANY = 12; // from here on one searches

export class People {
  constructor(room) {
    this.room = room;
    this.people = new Map(); // who is shown by name, by their ids
    room.addEventListener("input", ({ target }) => target.id === "find-person" && this.show());
  }

  get(id) {
    return this.people.get(id);
  }

  heard({ count, here, joined = [], left = [] }) {
    if (here) this.people = new Map(here.map((p) => [p.id, p]));
    for (const p of joined) this.people.set(p.id, p);
    for (const id of left) this.people.delete(id);
    this.count = count;
    this.show();
  }

  show() {
    const list = this.room.querySelector("[data-people]"), search = this.room.querySelector("#find-person");
    if (!list || this.count === undefined) return;
    for (const counter of this.room.querySelectorAll("[data-count], .people-count")) counter.textContent = this.count;
    search.closest(".field").hidden = this.people.size < MANY && !search.value;
    const words = fold(search.value), all = [...this.people.values()].sort((a, b) => a.name.localeCompare(b.name));
    const found = all.filter((p) => fold(`${p.name} ${p.organisation}`).includes(words));
    const hosts = found.filter((p) => p.host), groups = Map.groupBy ? Map.groupBy(found.filter((p) => !p.host), (p) => p.organisation) : by(found.filter((p) => !p.host));
    const named = [...groups].sort(([a, some], [b, others]) => !a - !b || others.length - some.length || a.localeCompare(b));
    this.room.querySelector("#handles")?.replaceChildren(...all.filter((p) => !p.host).map((p) => new Option(p.organisation, all.some((other) => other !== p && other.name === p.name) ? p.handle : p.name)));
    const at = this.room.contains(document.activeElement) && document.activeElement.closest("[data-people]") && document.activeElement.getAttribute("href");
    list.replaceChildren(...(hosts.length ? [group(hosts.length > 1 ? _("Hosts") : _("Host"), hosts, true)] : []), ...named.map(([name, some]) => group(name || _("Others"), some)));
    if (at) list.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus();
    const more = this.count - this.people.size;
    if (more > 0) list.append(line("quiet", many(more, "and {n} more", "and {n} more")));
    if (!found.length && words) list.append(line("quiet", _("Nobody here is called that.")));
  }
}

const fold = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

function by(people) {
  const groups = new Map();
  for (const p of people) groups.set(p.organisation, [...(groups.get(p.organisation) ?? []), p]);
  return groups;
}

const made = (tag, className, textContent) => Object.assign(document.createElement(tag), { className, textContent });
const line = (className, textContent) => made("li", className, textContent);

// The colour and the letters that templates give (web/templates.py).
function avatar({ handle, name }) {
  const words = name.split(/[\s-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word)).map((word) => [...word][0]);
  const picture = made("span", "avatar small", words.length ? (words[0] + (words.length > 1 ? words.at(-1) : "")).toUpperCase() : "?");
  picture.dataset.hue = new TextEncoder().encode(handle).reduce((sum, byte) => sum + byte, 0) % 12;
  picture.setAttribute("aria-hidden", "true");
  return picture;
}

function group(name, people, theirs) {
  const item = line("group", ""), head = made("p", "group-name", name);
  if (people.length > 1) head.append(made("span", "count", ` ${people.length}`));
  const list = document.createElement("ul");
  list.append(...people.map((p) => {
    const person = line("guest", ""), who = made("p", "", "");
    who.append(Object.assign(made("a", "name", p.name), { href: `/members/${p.handle}` }));
    if (theirs && p.organisation) who.append(made("span", "organisation", p.organisation));
    person.append(avatar(p), who);
    return person;
  }));
  item.append(head, list);
  return item;
}
