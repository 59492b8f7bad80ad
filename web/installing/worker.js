// The worker of the installed hub. It keeps the static files of one version, and the page that says that the hub can't be
// reached; nothing that anybody wrote. The hub puts before it what KEPT is.
const CACHE = `${KEPT.version} ${KEPT.away}`;
const STATIC = `/static/${KEPT.version}/`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([KEPT.away, ...KEPT.shell])));
  skipWaiting(); // nothing here could be of another version than an open page
});

addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await registration.navigationPreload?.enable(); // pages need not wait until the worker is awake
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request, { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") event.respondWith(page(event));
  else if (pathname.startsWith(STATIC)) event.respondWith(file(event));
});

// Always the hub's own answer, where there is one.
async function page({ request, preloadResponse }) {
  try {
    return (await preloadResponse) ?? (await fetch(request));
  } catch {
    return (await caches.match(KEPT.away).catch(() => null)) ?? Response.error();
  }
}

// Browsers may take away what is kept, or refuse to keep it; then it is asked for.
async function file(event) {
  const { request } = event, cache = await caches.open(CACHE).catch(() => null);
  const kept = await cache?.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (cache && answer.ok) event.waitUntil(cache.put(request, answer.clone()).catch(() => {}));
  return answer;
}
