/** The user's theme, set before the first paint: a plain script, as modules run too late. */
(() => {
  const THEMES = ["auto", "light", "dark", "bright"];
  const root = document.documentElement;
  const read = () => {
    try {
      return localStorage.getItem("tessera.theme") || "auto";
    } catch {
      return "auto";
    }
  };

  function show(theme) {
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      const text = button.lastElementChild;
      text.dataset.word ??= text.textContent;
      text.textContent = `${text.dataset.word}: ${theme}`;
      button.setAttribute("aria-label", text.textContent);
    }
  }

  root.dataset.theme = read();
  addEventListener("DOMContentLoaded", () => {
    show(read());
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.addEventListener("click", () => {
        const theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
        try {
          localStorage.setItem("tessera.theme", theme);
        } catch {
          /* private mode */
        }
        show(theme);
      });
    }
  });
})();
