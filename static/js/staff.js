// The staff pages' times are those of this computer's clock from the next page on. Without this file they are UTC's, and
// every page says whose they are.
"use strict";

const shown = document.querySelector("#footer [data-zone]")?.dataset.zone;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (shown && zone && zone !== shown) {
  const safe = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `staff_zone=${zone}; Path=/admin/; Max-Age=31536000; SameSite=Lax${safe}`;
}
