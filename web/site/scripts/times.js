// Times in the reader's zone and language.
const STEPS = [[3600, "minute", 60], [86400, "hour", 3600], [86400 * 7, "day", 86400]];
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
const styles = {
  when: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short", year: "numeric" },
  date: { weekday: "short", day: "numeric", month: "short" },
  clock: { hour: "2-digit", minute: "2-digit" },
};

function ago(at) {
  const seconds = (at - Date.now()) / 1000, size = Math.abs(seconds);
  if (size < 60) return "now";
  for (const [below, unit, per] of STEPS) if (size < below) return relative.format(Math.round(seconds / per), unit);
  return at.toLocaleDateString(undefined, styles.day);
}

export function tell(root = document) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const at = new Date(time.dateTime), style = time.dataset.time;
    time.textContent = style === "ago" ? ago(at) : at.toLocaleString(undefined, styles[style]);
    time.title ||= at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
  }
}

tell();
setInterval(tell, 60000);
