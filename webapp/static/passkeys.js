/* A passkey ceremony that fails or is called off says so on the page. */
(() => {
  "use strict";
  const { refused } = document.currentScript.dataset;

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const line = document.createElement("p");
    line.className = "error";
    line.textContent = refused;
    document.getElementById("message").replaceChildren(line);
  });
})();
