/* Offers the browser's time zone where its clock differs from the page's; one click takes it. */
(() => {
  "use strict";
  const form = document.getElementById("zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!form || !here) return;

  const clock = (zone) => new Date().toLocaleString("en", { timeZone: zone, timeStyle: "short", dateStyle: "short" });
  const kept = "zone-kept";
  let isSame = true;
  try {
    isSame = clock(here) === clock(form.dataset.zone) || localStorage.getItem(kept) === here;
  } catch {
    // A zone the browser does not know, or a store that is closed: say nothing.
  }
  if (isSame) return;

  form.elements.time_zone.value = here;
  for (const place of form.querySelectorAll("b, span")) place.textContent = here;
  form.querySelector("[type=button]").addEventListener("click", () => {
    localStorage.setItem(kept, here);
    form.hidden = true;
  });
  form.hidden = false;
})();
