/* Finds a subject while one types, and ticks all of a group. Every box works without it. */
(() => {
  "use strict";
  const sift = document.getElementById("sift");
  sift.closest("p").hidden = false;
  const groups = [...document.querySelectorAll(".subjects fieldset")].map((group) => {
    const boxes = [...group.querySelectorAll("input[name=subjects]")];
    const whole = group.querySelector(".all");
    const all = whole?.querySelector("input");
    const tell = () => {
      const n = boxes.filter((one) => one.checked).length;
      all.checked = n === boxes.length;
      all.indeterminate = n > 0 && n < boxes.length;
    };
    if (whole) {
      whole.hidden = false;
      all.addEventListener("change", () => boxes.forEach((one) => { one.checked = all.checked; }));
      group.addEventListener("change", tell);
      addEventListener("pageshow", tell);
    }
    return { group, boxes, whole };
  });
  sift.addEventListener("input", () => {
    const wanted = sift.value.trim().toLowerCase();
    for (const { group, boxes, whole } of groups) {
      const labels = boxes.map((one) => one.closest("label"));
      labels.forEach((one) => { one.hidden = !one.textContent.toLowerCase().includes(wanted); });
      if (whole) whole.hidden = wanted !== "";
      group.hidden = labels.every((one) => one.hidden);
    }
  });
  sift.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
})();
