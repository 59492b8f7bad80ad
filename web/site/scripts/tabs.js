// A room's tabs: what stands one after the other without scripts is looked at one at a time. It runs before the page is drawn.
export function tabbed(room, chosen = asked()) {
  const tabs = [...room.querySelectorAll("#room-tabs a")], named = tabs.map((tab) => tab.dataset.tab);
  const first = room.dataset.state === "lobby" ? "agenda" : named[0];
  room.classList.toggle("tabbed", tabs.length > 0);
  room.dataset.tab = (named.includes(chosen) ? chosen : first) ?? "";
  return tabs;
}

// Who follows a link to a panel, or to a part of one, wants to see it.
function asked() {
  return document.getElementById(location.hash.slice(1))?.closest("[data-panel]")?.dataset.panel;
}

const room = document.querySelector("live-room");
if (room) tabbed(room);
