// The worker of a hub that wants none (HUB_INSTALLABLE): it takes the place of the other, and both go.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  for (const name of await caches.keys()) await caches.delete(name);
  await registration.unregister();
}
