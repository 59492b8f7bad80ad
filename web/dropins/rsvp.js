// How many come to the dates on this page, as it changes.
import { live, cursorOf, html } from "../site/scripts/connection.js";

for (const { s } of JSON.parse(document.body.dataset.live)) {
  if (s.startsWith("n:")) live.follow(cursorOf(s), {
    event(kind, d) {
      if (kind !== "dropin.answered") return;
      for (const counts of document.querySelectorAll(`[data-coming="${d.id}"]`)) counts.replaceWith(html(d.coming));
    },
  });
}
