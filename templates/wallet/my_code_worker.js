{% load i18n languages static %}{% get_current_language as LANGUAGE_CODE %}/** Opens "My code" while there is no connection, and does nothing else. */

const PAGE = "{% url 'wallet:my_code' %}";
const SHELL = "{% url 'wallet:code_shell' %}";
const FILES = [
  SHELL,
  "{% static 'css/seal.css' %}",
  "{% static 'css/wallet.css' %}",
  "{% static 'js/my_code.js' %}",
  "{% static 'js/page.js' %}",
  "{% static 'js/device.js' %}",
  "{% static 'js/money.js' %}",
  "{% static 'js/server.js' %}",{% if LANGUAGE_CODE != "en" %}
  "{% words_address LANGUAGE_CODE %}",{% endif %}
];
// Named by what it holds: another version of a file is another cache.
const CACHE = `my-code ${FILES.join(" ")}`;
// Whichever language or encoding it was asked for in.
const AS_KEPT = { ignoreVary: true };
const PATIENCE_MS = 3_000;

addEventListener("install", (event) => {
  const keep = async () => (await caches.open(CACHE)).addAll(FILES);
  event.waitUntil(keep().then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const forget = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("my-code ") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  };
  event.waitUntil(forget().then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET" && pathname === PAGE) {
    event.respondWith(openPage(request));
  } else if (FILES.includes(pathname)) {
    event.respondWith(caches.match(pathname, AS_KEPT).then((kept) => kept ?? fetch(request)));
  }
});

async function openPage(request) {
  const tooLate = new Promise((_, give) => { setTimeout(give, PATIENCE_MS, new Error("too late")); });
  try {
    const page = await Promise.race([fetch(request), tooLate]);
    if (page.status < 500) return page;
  } catch {
    // No connection, or next to none.
  }
  return (await caches.match(SHELL, AS_KEPT)) ?? Response.error();
}
