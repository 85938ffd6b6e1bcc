// Comforts only: every page works without this file.
"use strict";

// What went wrong is read first, also by those who do not see the page. Run again on what htmx puts in.
const focusProblem = (root) => root.querySelector?.("[data-focus]")?.focus();
document.addEventListener("DOMContentLoaded", () => focusProblem(document));
document.addEventListener("htmx:afterSettle", (event) => focusProblem(event.target));

// A second tap on a slow connection must not send a form twice. htmx looks after its own forms.
const RESEND_AFTER = 2000; // milliseconds
document.addEventListener("submit", (event) => {
  const form = event.target;
  const last = Number(form.dataset.sentAt || 0);
  if (Date.now() - last < RESEND_AFTER) event.preventDefault();
  else form.dataset.sentAt = String(Date.now());
});

// Nobody looks at a page in the background: it asks for news when it is seen again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.id === "news") event.preventDefault();
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
