// A room's tabs: what stands one after the other without scripts is looked at one at a time. It runs before the page is drawn.
export function tabbed(room, chosen) {
  const tabs = [...room.querySelectorAll("#room-tabs a")], named = tabs.map((tab) => tab.dataset.tab);
  const first = room.dataset.state === "lobby" ? "agenda" : named[0];
  room.classList.toggle("tabbed", tabs.length > 0);
  room.dataset.tab = (named.includes(chosen) ? chosen : first) ?? "";
  return tabs;
}

const room = document.querySelector("live-room");
if (room) tabbed(room);
