/* Refines forms that work without it: keeps focus on the paper, queues hasty acts, says what failed. */
(() => {
  "use strict";
  const words = document.currentScript.dataset; // in the page's language
  const waiting = [];
  let undone = false;
  let acted = ""; // the id of the button that was pressed last, whatever was undone since

  const say = (text, kind = "error") => {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    document.getElementById("message").replaceChildren(line);
    return line;
  };

  // What nobody pressed, such as noting a visit, says nothing either.
  const isByItself = (event) => event.detail.requestConfig.elt.matches(".seen");

  // What takes over a second says that it goes on.
  let soon = 0;
  let working = null;
  const tellSoon = () => {
    clearTimeout(soon);
    soon = setTimeout(() => { working = say(words.working, "working"); }, 1000);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "get" || isByItself(event)) return;
    tellSoon();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("a[data-slow]")) return;
    tellSoon();
  });
  const answered = () => {
    clearTimeout(soon);
    working?.remove();
  };
  document.addEventListener("htmx:afterRequest", answered);
  addEventListener("pagehide", answered);

  // One act at a time: the list is replaced when the first is answered, so the next one waits.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[formaction]");
    if (!button) return;
    // A second click of a double one would take the act back, or meet what has moved below it.
    const isSecond = event.detail > 1;
    if (isSecond || document.querySelector("form.htmx-request")) {
      event.preventDefault();
      event.stopPropagation();
      if (!isSecond) waiting.push([button.id, button.getAttribute("formaction"), button.value]);
    } else {
      undone = button.id === "undo";
      if (!undone) acted = button.id;
    }
  }, true);

  // What is no part of ours, such as a whole page or a gateway's text, is not put into the page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { shouldSwap, serverResponse } = event.detail;
    if (!shouldSwap || /^\s*<(form|div|p)\b/.test(serverResponse) && !isByItself(event)) return;
    event.detail.shouldSwap = false;
    if (!isByItself(event)) say(words.failed);
  });

  document.addEventListener("htmx:timeout", (event) => {
    if (!isByItself(event)) say(words.late);
  });

  document.addEventListener("htmx:sendError", (event) => {
    if (!isByItself(event)) say(words.offline);
  });

  // htmx gives the focus back to a button of the same id; here what it can't know.
  document.addEventListener("htmx:afterSettle", () => {
    if (undone || acted && document.activeElement === document.body) {
      const places = [acted, "undo", "main"].map((id) => document.getElementById(id));
      places.find(Boolean).focus({ preventScroll: true });
    }
    if (document.activeElement.matches("button:focus-visible")) {
      document.activeElement.scrollIntoView({ block: "nearest" });
    }
  });

  // What is ticked can be acted on at once, and all of a page be ticked together.
  const boxes = [...document.querySelectorAll("input[form=together]")];
  if (boxes.length) {
    const fold = document.getElementById("together").closest("details");
    const all = document.querySelector(".all input");
    all.closest(".all").classList.add("lively");
    const tell = () => {
      const n = boxes.filter((one) => one.checked).length;
      all.checked = n === boxes.length;
      all.indeterminate = n > 0 && n < boxes.length;
      if (n) fold.open = true;
    };
    all.addEventListener("change", () => { boxes.forEach((one) => { one.checked = all.checked; }); tell(); });
    boxes.forEach((one) => one.addEventListener("change", tell));
    addEventListener("pageshow", tell); // a browser that brings a page back ticks what was ticked
  }

  // The menu closes as menus do.
  const menu = document.querySelector("details.menu");
  document.addEventListener("click", (event) => {
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A slider says where it stands.
  document.addEventListener("input", (event) => {
    const told = event.target.type === "range" && event.target.nextElementSibling;
    if (told) told.value = `${event.target.value} %`;
  });

  // Who leaves the newest day has visited it: what comes later is told at the next visit.
  addEventListener("pagehide", () => {
    const form = document.querySelector("form[data-seen]");
    if (!form) return;
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    fetch(form.dataset.seen, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true }).catch(() => {});
  });

  // A page that the browser brings back as it once was may show less than was done since.
  let told = Date.now(); // up to when this page shows what is stored
  const lastAct = () => { try { return Number(sessionStorage.getItem("acted")); } catch { return 0; } };
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    try { sessionStorage.setItem("acted", Date.now()); } catch { /* a store that is closed */ }
  }, true);
  document.addEventListener("htmx:afterSettle", () => { told = Date.now(); });
  addEventListener("pageshow", (event) => {
    const [came] = performance.getEntriesByType("navigation");
    const isStored = came?.type === "back_forward" && came.transferSize === 0;
    const isTyped = [...document.querySelectorAll("textarea, input:not([type])")].some((one) => one.value !== one.defaultValue);
    if (!event.persisted && isStored) told = history.state?.told ?? 0;
    if ((event.persisted || isStored) && lastAct() > told && !isTyped) location.reload();
    else if (!isStored) history.replaceState({ ...history.state, told }, "");
  });

  // Long after all is painted: what tells that the server can't be reached, where a page is asked for.
  addEventListener("load", () => setTimeout(() => {
    navigator.serviceWorker?.register("/sw.js").catch(() => {}); // a browser without one is as before
  }, 3000));

  document.addEventListener("htmx:afterRequest", () => {
    while (waiting.length) {
      const [id, act, value] = waiting.shift();
      const same = `button[formaction="${CSS.escape(act)}"][value="${CSS.escape(value)}"]`;
      const next = id ? document.getElementById(id) : document.querySelector(same); // terms have no id
      if (next?.value !== value) continue; // gone, or done in the meantime
      setTimeout(() => next.click());
      return;
    }
  });
})();

/* Triage by single keys. Off where a field has the focus, and wherever the reader turned them off. */
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const KEYS = ["j", "k", "Enter", "o", "s", "u", "d", "z", "p", "n", "/", "?"];
  const WAYS = { p: "a[rel=prev]", n: "a[rel=next]" };
  const ACTS = { s: "save-", u: "more-", d: "less-" };
  const OFF = "keys-off";
  let last = null;
  let place = -1;

  const cards = () => [...document.querySelectorAll("article[data-arxiv-id]")];
  if (!cards().length) return;

  const isOff = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
  const make = (name, text, inside = []) => {
    const made = document.createElement(name);
    made.append(text, ...inside);
    return made;
  };

  const help = make("dialog", make("h2", words.keys));
  help.className = "keys";
  help.setAttribute("aria-label", words.keys);
  const does = words.does.split("|");
  help.append(make("ul", "", KEYS.map((key, n) => make("li", make("kbd", key), [` ${does[n]}`]))));
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !isOff() });
  box.addEventListener("change", () => {
    try { localStorage.setItem(OFF, box.checked ? "0" : "1"); } catch { box.checked = true; }
  });
  const close = make("button", words.close);
  close.addEventListener("click", () => help.close());
  help.append(make("label", box, [` ${words.on}`]), close);
  const offer = make("button", `${words.keys} (?)`);
  offer.type = "button";
  offer.className = "keys";
  offer.addEventListener("click", () => help.showModal());

  document.body.append(help);
  document.querySelector("footer").append(offer);

  const here = () => {
    const card = document.activeElement.closest("article[data-arxiv-id]");
    if (card) last = card.dataset.arxivId;
    const found = cards().findIndex((one) => one.dataset.arxivId === last);
    if (found >= 0) place = found;
    return found;
  };
  const current = () => cards()[here()] ?? (cards().length === 1 ? cards()[0] : undefined);
  const titleOf = (card) => card.querySelector("h2 a, h1");

  // An act by a key leads back to the title, so that Enter opens it.
  let keyed = "";
  document.addEventListener("htmx:afterSettle", () => {
    const card = keyed && cards().find((one) => one.dataset.arxivId === keyed);
    if (card && titleOf(card).matches("a")) titleOf(card).focus({ preventScroll: true });
    keyed = "";
  });
  const act = (name) => {
    const card = current();
    keyed = card?.dataset.arxivId ?? "";
    card?.querySelector(`button[id^="${name}"]`)?.click();
  };
  const go = (step) => {
    const all = cards();
    const from = here() >= 0 ? place : place - (step > 0); // a paper pushed off the page leaves its place
    const card = all[Math.min(Math.max(from + step, 0), all.length - 1)];
    if (!card) return;
    last = card.dataset.arxivId;
    const title = titleOf(card);
    if (title.matches("h1")) title.tabIndex = -1;
    title.focus({ focusVisible: true });
    card.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (event.target.closest("input:not([type=checkbox], [type=range]), textarea, select")) return;
    if (event.key === "?") help.showModal();
    else if (isOff()) return;
    else if (event.key === "j" || event.key === "k") go(event.key === "j" ? 1 : -1);
    else if (event.key === "/") (document.getElementById("q") ?? document.getElementById("find"))?.focus();
    else if (event.repeat) return; // a key that is held is one act
    else if (event.key === "z") document.getElementById("undo")?.click();
    else if (event.key === "o") current()?.querySelector(".by a, .links a[href^=http]")?.click();
    else if (WAYS[event.key]) document.querySelector(`.days ${WAYS[event.key]}`)?.click();
    else if (ACTS[event.key]) act(ACTS[event.key]);
    else return;
    event.preventDefault();
  });
})();
