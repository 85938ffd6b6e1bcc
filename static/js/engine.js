// The engine's page comes anew by itself. It asks nothing while nobody looks, and takes nothing out of a hand.
"use strict";

const isInUse = (part) => part.contains(document.activeElement) || !document.getSelection().isCollapsed;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden || isInUse(event.target)) event.preventDefault();
});

// Signed out meanwhile: the answer is another page, which is not for this place.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseText.includes('id="engine"')) return;
  event.detail.shouldSwap = false;
  if (event.detail.xhr.status === 200) window.location.reload();
});
