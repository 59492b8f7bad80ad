// The worker of the installed hub (web/installing). A hub that wants none names no manifest.
if (document.querySelector("link[rel=manifest]")) {
  // Some browsers refuse, in private windows for example. All works without it.
  navigator.serviceWorker?.register(`/worker.js?language=${document.documentElement.lang}`).catch(() => {});
}
