// Comforts only: every page works without this file.
"use strict";

// A second tap on a slow connection must not send a form twice. htmx looks after its own forms.
const RESEND_AFTER = 2000; // milliseconds
document.addEventListener("submit", (event) => {
  const form = event.target;
  const last = Number(form.dataset.sentAt || 0);
  if (Date.now() - last < RESEND_AFTER) event.preventDefault();
  else form.dataset.sentAt = String(Date.now());
});

// Who writes for long is there, though no page is asked for: told every five minutes, so that nothing written is lost.
// #news stands on a borrower's pages, #user-tools on those of staff.
const TOLD_EVERY = 5 * 60 * 1000; // milliseconds
let toldAt = Date.now();
document.addEventListener("input", () => {
  if (Date.now() - toldAt < TOLD_EVERY || !document.querySelector("#news, #user-tools")) return;
  toldAt = Date.now();
  fetch("/", { method: "HEAD", redirect: "manual" }).catch(() => {});
});

// Nobody looks at a page in the background: it asks for news when it is seen again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.id === "news") event.preventDefault();
});

// What comes up at the foot of a page must not lie over what has the focus (WCAG 2.4.11). Who has scrolled away stays.
document.addEventListener("htmx:afterSwap", () => {
  const [foot, here] = [document.querySelector(".decide"), document.activeElement];
  if (!foot || foot.contains(here)) return;
  const [over, under] = [foot.getBoundingClientRect(), here.getBoundingClientRect()];
  if (under.top < over.bottom && under.bottom > over.top) here.scrollIntoView({ block: "nearest", behavior: "instant" });
});

// Printing shows what is folded away, and only a script can ask for paper.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
window.addEventListener("beforeprint", () =>
  document.querySelectorAll("details:not([open])").forEach((part) => {
    part.open = true;
    part.dataset.openedForPrint = "";
  }),
);
window.addEventListener("afterprint", () =>
  document.querySelectorAll("[data-opened-for-print]").forEach((part) => {
    part.open = false;
    delete part.dataset.openedForPrint;
  }),
);

// Passkeys: a button only where the device knows them, and in plain words what went wrong (django-allauth's event).
document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential) return;
  document.querySelectorAll("[data-passkey]").forEach((part) => (part.hidden = false));
  document.querySelectorAll("[data-no-passkey]").forEach((part) => (part.hidden = true));
});
document.addEventListener("allauth.error", (event) => {
  const problem = document.querySelector("[data-passkey-problem]");
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
});

// A password one types: shown on demand, hidden again before it is sent; a new one is weighed by its length, in which a
// sign repeated counts once.
document.querySelectorAll("[data-password-of]").forEach((tools) => {
  const field = document.getElementById(tools.dataset.passwordOf);
  const button = tools.querySelector("button");
  const [meter, words] = [tools.querySelector("meter"), tools.querySelector("[role=status]")];
  const names = { password: button.textContent, text: button.dataset.hide };
  const become = (type) => {
    field.type = type;
    button.textContent = names[type];
  };
  button.addEventListener("click", () => become(field.type === "password" ? "text" : "password"));
  field.form.addEventListener("submit", () => become("password"));
  if (meter)
    field.addEventListener("input", () => {
      const typed = [...field.value];
      meter.value = typed.filter((sign, place) => sign !== typed[place - 1]).length;
      const said = meter.value < meter.low ? "weak" : meter.value < meter.high ? "fair" : "good";
      words.textContent = typed.length ? words.dataset[said] : "";
    });
  tools.hidden = false;
});

// The page of devices: asks the browser for permission, and hands its subscription to the form. Without script the
// page says what is needed.
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
