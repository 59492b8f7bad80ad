// Who is in a room, by their organisations, with the hosts first.

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
    const at = this.room.contains(document.activeElement) && document.activeElement.closest("[data-people]") && document.activeElement.getAttribute("href");
    list.replaceChildren(...(hosts.length ? [group(hosts.length > 1 ? "Hosts" : "Host", hosts, true)] : []), ...named.map(([name, some]) => group(name || "Others", some)));
    if (at) list.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus();
    const more = this.count - this.people.size;
    if (more > 0) list.append(line("quiet", `and ${more} more`));
    if (!found.length && words) list.append(line("quiet", "Nobody here is called that."));
  }
}

const fold = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

function by(people) {
  const groups = new Map();
  for (const p of people) groups.set(p.organisation, [...(groups.get(p.organisation) ?? []), p]);
  return groups;
}

const line = (className, textContent) => Object.assign(document.createElement("li"), { className, textContent });

function group(name, people, theirs) {
  const item = line("group", ""), head = Object.assign(document.createElement("p"), { className: "group-name", textContent: name });
  if (people.length > 1) head.append(Object.assign(document.createElement("span"), { className: "count", textContent: ` ${people.length}` }));
  const list = document.createElement("ul");
  list.append(...people.map((p) => {
    const person = line("", ""), link = Object.assign(document.createElement("a"), { className: "name", textContent: p.name, href: `/members/${p.handle}` });
    person.append(link);
    if (theirs && p.organisation) person.append(Object.assign(document.createElement("span"), { className: "organisation", textContent: p.organisation }));
    return person;
  }));
  item.append(head, list);
  return item;
}
