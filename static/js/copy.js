/** Buttons that copy a text, such as an account number; without script, or a clipboard, there are none. */

const SAID_MS = 2_000;

function offer() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function copy(button) {
  const { copy: text, copied } = button.dataset;
  const words = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return;
  }
  if (words === copied) return;
  button.textContent = copied;
  const polite = document.getElementById("polite");
  if (polite) polite.textContent = copied;
  setTimeout(() => {
    button.textContent = words;
  }, SAID_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
offer();
