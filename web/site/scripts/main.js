// Every page: times, the one live connection, banners. The page's own elements define themselves.
import { live, cursorOf, html, again, signedOut, start, csrf } from "./connection.js";
import "./times.js";
import "./thread.js";
import "./reply.js";
import "./topics.js";
import "./copy.js";
import "./share.js";

const banners = document.getElementById("banners");

// A drop-in opens: say so on every page of that network's members, except in the room itself.
for (const { s } of JSON.parse(document.body.dataset.live)) {
  if (s.startsWith("n:") && document.body.dataset.member) {
    live.follow(cursorOf(s), {
      event(kind, d) {
        const shown = document.getElementById(`live-${d.id}`);
        if (/\.(open|extend)ed$/.test(kind) && !shown && location.pathname !== `/drop-ins/${d.id}`) banners.append(html(d.html));
        if (/\.(clos|cancell)ed$/.test(kind)) shown?.remove();
      },
      resync: again,
    });
  }
  if (s.startsWith("m:")) live.follow(cursorOf(s), { event: told, resync: again, gone: signedOut });
}

function told(kind, { unread, banner, html: text }) {
  if (!kind.startsWith("notice.")) return;
  document.getElementById("unread").textContent = unread || "";
  const shown = document.getElementById(banner);
  if (!text) shown?.remove();
  else if (!shown && kind === "notice.added") {
    banners.append(html(text));
    banners.lastChild.querySelector("[name=csrf]").value = csrf;
  }
}

start();
