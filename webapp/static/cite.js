/* Shows the buttons that copy a citation: without a script they could do nothing. */
(() => {
  "use strict";
  // Where the page comes without encryption the browser has no clipboard to offer, only selections.
  const copy = async (field) => {
    field.select();
    if (navigator.clipboard) return navigator.clipboard.writeText(field.value);
    if (!document.execCommand("copy")) throw new Error("refused");
  };

  const say = (text, isError) => {
    const line = document.createElement("p");
    if (isError) line.className = "error";
    line.textContent = text;
    document.getElementById("message").replaceChildren(line);
  };

  for (const button of document.querySelectorAll("button[data-copies]")) {
    const field = document.getElementById(button.dataset.copies);
    button.hidden = false;
    button.addEventListener("click", () => copy(field).then(
      () => say(button.dataset.copied),
      () => say(button.dataset.refused, true),
    ));
  }
})();
