// The page of devices: asks the browser for permission, and hands its subscription to the form. Without this file the
// page says what is needed.
"use strict";

(() => {
  const form = document.querySelector("[data-push]");
  if (!form) return;

  const show = (state) =>
    document.querySelectorAll("[data-push-state]").forEach((part) => {
      part.hidden = part.dataset.pushState !== state;
    });

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

  const registered = async () => {
    await navigator.serviceWorker.register(form.dataset.worker, { scope: "/" });
    return navigator.serviceWorker.ready;
  };

  // One that is there already was made for another key, or for who used this browser before: a new one is nobody else's.
  const subscribe = async () => {
    const registration = await registered();
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(form.dataset.key),
    });
  };

  const submit = (subscription) => {
    const { endpoint, keys } = subscription.toJSON();
    for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth }))
      form.elements.namedItem(name).value = value;
    form.submit();
  };

  const allow = async (event) => {
    event.currentTarget.disabled = true;
    try {
      const permission = await Notification.requestPermission();
      if (permission === "granted") submit(await subscribe());
      else show(permission === "denied" ? "denied" : "ready");
    } catch {
      show("failed");
    }
    event.target.disabled = false;
  };

  const look = async () => {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return;
    form.querySelector("button").addEventListener("click", allow);
    if (Notification.permission === "denied") return show("denied");
    const registration = await navigator.serviceWorker.getRegistration("/");
    const own = await registration?.pushManager.getSubscription();
    const row = own && [...document.querySelectorAll("[data-endpoint]")].find((each) => each.dataset.endpoint === own.endpoint);
    if (row) row.querySelector("[data-this-device]").hidden = false;
    show(row ? "here" : "ready");
  };

  look();
})();
