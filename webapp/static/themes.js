// Light or dark is the business of this browser alone: nothing is sent.
(() => {
  const place = document.getElementById("theme");
  const { dataset } = document.documentElement;
  try { localStorage.getItem("theme"); } catch { return; }
  place.hidden = false;
  place.querySelectorAll("input").forEach((one) => {
    one.checked = one.value === dataset.theme;
    one.addEventListener("change", () => {
      localStorage.setItem("theme", one.value);
      dataset.theme = one.value;
    });
  });
})();
