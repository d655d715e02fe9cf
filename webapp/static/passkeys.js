/* A passkey ceremony that fails or is called off says so on the page. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const line = document.createElement("p");
  line.className = "error";
  line.textContent = "The passkey was not used: it was called off, or this device has none that fits.";
  document.getElementById("message").replaceChildren(line);
});
