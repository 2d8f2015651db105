/**
 * Shows what is pushed to this browser, whether or not a page of ours is open, and leads into the meeting.
 * What comes is written in function_app/notifications/web_push.py: title, body, url, lang and tag.
 */
self.addEventListener("install", () => {
  // A newer one takes over at once: it keeps nothing that the older still needs.
  void self.skipWaiting();
});

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

/** Browsers want every push shown, also one that cannot be read. */
function show(data) {
  const { title, body, url, lang, tag } = parsed(data);
  return self.registration.showNotification(title ?? "Parley", { body, lang, tag, dir: "auto", data: { url: url ?? "/" } });
}

function parsed(data) {
  try {
    return data.json() ?? {};
  } catch {
    return {};
  }
}

/** Goes to the tab that is in the meeting or waits for it, else to a new one; never to another site. */
async function open(link) {
  const url = new URL(link, self.location.origin);
  const destination = url.origin === self.location.origin ? url : new URL("/", self.location.origin);
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => new URL(one.url).pathname === destination.pathname);
  await (there ? there.focus() : self.clients.openWindow(destination.href));
}
