// Says what has arrived in sight to those who are read to: once for all that came together, and never the texts themselves.
import { _, many } from "./words.js";

const TOGETHER = 1500; // ms
const line = document.createElement("p");
let names = [], timer;

line.className = "unseen";
line.setAttribute("role", "status");
document.body.append(line);

export function arrived(name) {
  names.push(name);
  timer ??= setTimeout(say, TOGETHER);
}

function say() {
  line.textContent = names.length === 1 ? _("{name} has written.", { name: names[0] }) : many(names.length, "{n} new post", "{n} new posts");
  names = [];
  timer = undefined;
}
