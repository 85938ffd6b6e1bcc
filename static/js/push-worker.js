// The service worker: shows a push message, and opens the inbox at a tap. It keeps nothing and answers no page.
"use strict";

// A new version takes over at once, pages that are open included: a tap then finds them.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A browser that shows nothing for a push message loses the permission, so there is always something to show.
const NOTHING_SAID = { title: "✉", body: "", url: "/inbox/" };

const read = (data) => {
  try {
    return { ...NOTHING_SAID, ...data.json() };
  } catch {
    return NOTHING_SAID;
  }
};

self.addEventListener("push", (event) => {
  const { title, body, url, tag, lang } = read(event.data);
  const icon = "/static/icons/portal-192.png";
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, icon, badge: icon, data: { url } }));
});

// Only our own pages: whatever the message says, a tap never leads to a stranger's.
const ours = (url) => {
  const target = new URL(url, self.location.origin);
  return target.origin === self.location.origin ? target.href : new URL(NOTHING_SAID.url, self.location.origin).href;
};

// The browser or its push service has ended the subscription. The page of devices knows the key and takes the new one by
// its form, like any other. Who is signed out is asked again there.
const DEVICES = "/reminders/devices/";

const renew = async () => {
  const page = await fetch(DEVICES, { credentials: "same-origin" });
  const text = await page.text();
  const key = text.match(/data-key="([\w-]+)"/)?.[1];
  const token = text.match(/name="csrfmiddlewaretoken" value="(\w+)"/)?.[1];
  if (page.redirected || !key || !token) return;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (await self.registration.pushManager.subscribe(options)).toJSON();
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, endpoint, p256dh: keys.p256dh, auth: keys.auth });
  await fetch(DEVICES, { method: "POST", credentials: "same-origin", body });
};

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew()));

const open = async (url) => {
  const pages = await self.clients.matchAll({ type: "window" });
  const there = pages.find((page) => page.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
};

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(ours(event.notification.data?.url ?? NOTHING_SAID.url)));
});
