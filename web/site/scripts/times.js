// Times in the reader's zone and the page's language: “Friday 12:00 (in 2 days)”.
import { _ } from "./words.js";

const MINUTE = 60, HOUR = 3600, DAY = 86400; // in seconds
const STEPS = [[HOUR, "minute", MINUTE], [DAY, "hour", HOUR], [DAY * 7, "day", DAY]];
const WEEK = 6;        // days: for that long a weekday's name alone says which one
const FORESEEN = 31;   // days that one counts; of what is later its date says enough
const { lang } = document.documentElement;
// English as the British write it, which is how the hub speaks; the pseudo-locale has no calendar of its own.
const language = lang === "en" || lang.startsWith("ar-X") ? "en-GB" : lang;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const counted = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const shape = (options) => new Intl.DateTimeFormat(language, options);
const clock = { hour: "2-digit", minute: "2-digit" };
const SHAPES = {
  weekday: shape({ weekday: "long" }),
  clock: shape(clock),
  date: shape({ weekday: "short", day: "numeric", month: "short" }),
  dated: shape({ weekday: "short", day: "numeric", month: "short", year: "numeric" }),
  day: shape({ day: "numeric", month: "short", year: "numeric" }),
  full: shape({ dateStyle: "full", timeStyle: "short" }),
};
const say = (name, at) => SHAPES[name].format(at);
const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate());

function ago(at) {
  const seconds = (at - Date.now()) / 1000, size = Math.abs(seconds);
  if (size < MINUTE) return relative.format(0, "second");
  for (const [below, unit, per] of STEPS) if (size < below) return relative.format(Math.round(seconds / per), unit);
  return say("day", at);
}

// A day and a time; of what is to come also how far it is.
function when(at) {
  const now = new Date(), seconds = (at - now) / 1000;
  const days = Math.round((midnight(at) - midnight(now)) / 1000 / DAY); // by the calendar
  const near = days >= 0 && days <= WEEK, day = near ? "weekday" : at.getFullYear() === now.getFullYear() ? "date" : "dated";
  const said = `${say(day, at)} ${say("clock", at)}`;
  if (seconds < MINUTE || days > FORESEEN) return said;
  const [unit, per] = seconds < HOUR ? ["minute", MINUTE] : days === 0 || seconds < HOUR * 12 ? ["hour", HOUR] : ["day", DAY];
  return `${said} (${counted.format(unit === "day" ? days : Math.round(seconds / per), unit)})`;
}

export function tell(root = document) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const at = new Date(time.dateTime), style = time.dataset.time;
    const said = style === "ago" ? ago(at) : style === "when" ? when(at) : say(style, at);
    if (time.textContent !== said) time.textContent = said;
    time.title ||= say("full", at);
  }
}

// How long until something: in its last hour in minutes and seconds, by the server's clock.
function countDown(line) {
  const ahead = Date.now() - new Date(line.dataset.now);
  const tick = () => {
    const said = left(Math.round((new Date(line.dataset.until) - Date.now() + ahead) / 1000));
    if (line.textContent !== said) line.textContent = said;
  };
  tick();
  setInterval(tick, 1000);
}

function left(seconds) {
  if (seconds <= 0) return "";
  if (seconds < HOUR) return _("in {time}", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` });
  const [unit, size] = seconds < DAY * 2 ? ["hour", HOUR] : ["day", DAY];
  return relative.format(Math.round(seconds / size), unit);
}

tell();
setInterval(tell, 60000);
document.querySelectorAll("[data-until][data-now]").forEach(countDown);
