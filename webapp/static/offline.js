/* Answers where the server does not: with a page that says so. Keeps that page and nothing else,
   so that no reader's pages stay in a browser that others use. EDITION stands before this text. */
"use strict";
const PAGES = ["/offline", "/offline?sent"];

self.addEventListener("install", (event) => {
  const asked = PAGES.map((page) => new Request(page, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(EDITION).then((kept) => kept.addAll(asked)).then(() => self.skipWaiting()));
});

const forgetOlder = async () => {
  for (const name of await caches.keys()) if (name !== EDITION) await caches.delete(name);
  // The page is asked for while the worker still starts.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
};
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));

const answer = async (event) => {
  try {
    return await event.preloadResponse || await fetch(event.request);
  } catch (error) {
    const kept = await caches.match(PAGES[event.request.method === "GET" ? 0 : 1], { ignoreVary: true });
    if (!kept) throw error;
    return kept;
  }
};
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(answer(event));
});
