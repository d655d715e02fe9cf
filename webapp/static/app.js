/* Refines forms that work without it: keeps focus on the paper, queues hasty acts, says what failed. */
(() => {
  "use strict";
  const waiting = [];
  let acted = null;
  let undone = false;

  const say = (text) => {
    const line = document.createElement("p");
    line.className = "error";
    line.textContent = text;
    document.getElementById("message").replaceChildren(line);
  };

  // One act at a time: the list is replaced when the first is answered, so the next one waits.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[formaction]");
    if (!button) return;
    if (document.querySelector("form.htmx-request")) {
      event.preventDefault();
      event.stopPropagation();
      waiting.push(button.id);
    } else {
      acted = button.getAttribute("formaction");
      undone = button.id === "undo";
    }
  }, true);

  // What is no part of ours, such as a whole page or a gateway's text, is not put into the page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (/^\s*<(form|div|p)\b/.test(event.detail.serverResponse)) return;
    event.detail.shouldSwap = false;
    say("The server could not answer. Reload the page to see what is stored.");
  });

  document.addEventListener("htmx:sendError", () => {
    say("The server can’t be reached, so nothing was stored. Try again when you are online.");
  });

  // htmx gives the focus back to a button of the same id; here what it can't know.
  document.addEventListener("htmx:afterSettle", () => {
    if (acted && (undone || document.activeElement === document.body)) {
      const same = document.querySelector(`form button[formaction="${CSS.escape(acted)}"]`);
      (same || document.getElementById("undo") || document.getElementById("main")).focus({ preventScroll: true });
    }
    if (document.activeElement.matches("button:focus-visible")) {
      document.activeElement.scrollIntoView({ block: "nearest" });
    }
  });

  // A slider says where it stands.
  document.addEventListener("input", (event) => {
    const told = event.target.type === "range" && event.target.nextElementSibling;
    if (told) told.value = `${event.target.value} %`;
  });

  document.addEventListener("htmx:afterRequest", () => {
    const next = document.getElementById(waiting.shift());
    if (next) setTimeout(() => next.click());
  });
})();
