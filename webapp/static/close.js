// What was said can be put away by a button. Without scripts it goes with the page.
(() => {
  const place = document.getElementById("message");
  const name = document.currentScript.dataset.close;
  const offer = () => [...place.children].forEach((line) => {
    if (line.querySelector(".close")) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "close", ariaLabel: name });
    button.addEventListener("click", () => {
      line.remove();
      document.getElementById("main").focus({ preventScroll: true });
    });
    line.append(button);
  });
  new MutationObserver(offer).observe(place, { childList: true });
  offer();
})();
