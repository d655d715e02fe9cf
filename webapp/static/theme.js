// Before anything is painted: the theme that was chosen in this browser.
try { document.documentElement.dataset.theme = localStorage.getItem("theme") ?? ""; } catch { /* a store that is closed */ }
