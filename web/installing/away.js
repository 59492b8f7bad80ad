// The page that could not be had comes up as soon as it can be.
const ASK_AGAIN = 5000; // ms

async function ask() {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
}
addEventListener("online", ask);
document.addEventListener("visibilitychange", () => document.hidden || ask());
setInterval(() => document.hidden || ask(), ASK_AGAIN);
