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

// How long until something: in its last hour in minutes and seconds, by the server's clock.
function countDown(line) {
  const ahead = Date.now() - new Date(line.dataset.now);
  const tick = () => (line.textContent = left(Math.round((new Date(line.dataset.until) - Date.now() + ahead) / 1000)));
  tick();
  setInterval(tick, 1000);
}

function left(seconds) {
  if (seconds <= 0) return "";
  if (seconds < 3600) return `in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const [unit, size] = seconds < 86400 * 2 ? ["hour", 3600] : ["day", 86400];
  return relative.format(Math.round(seconds / size), unit);
}

tell();
setInterval(tell, 60000);
document.querySelectorAll("[data-until][data-now]").forEach(countDown);
