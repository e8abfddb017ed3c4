/** Shows how far a long file is: the page's part is asked for again until it is done. */

const EVERY_MS = 2_000;

async function look() {
  const shown = document.getElementById("export");
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const newer = page.getElementById("export");
      if (newer && newer.textContent !== shown.textContent) shown.replaceChildren(...newer.childNodes);
      if (newer && !("undone" in newer.dataset)) return;
    }
  } catch {
    // No connection: the next look will tell.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
