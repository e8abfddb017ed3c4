/**
 * Rewrites a page into a language that nobody has translated it to yet, and keeps at it.
 *
 * "pseudo": every letter gets an accent and every word is two fifths longer, as German or Finnish
 * words are. "arabic": Arabic letters, from right to left. Numbers and codes stay as they are.
 */
(language) => {
  const LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const SPOKEN = {
    pseudo: "åƀçđéƒĝĥîĵķľɱñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĽṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
    arabic: "ابتثجحخدذرزسشصضطظعغفقكلمنهابتثجحخدذرزسشصضطظعغفقكلمنه",
  };
  const letters = new Map([...LATIN].map((letter, place) => [letter, [...SPOKEN[language]][place]]));
  const VERBATIM = "script, style, code, .code-text, .pair-code, textarea";
  const ATTRIBUTES = ["data-label", "aria-label", "placeholder", "title"];
  const written = new WeakMap();

  // EUR, CSV, ST: what is written in capitals alone is a code, and is one in every language.
  const isCode = (word) => word.length < 4 && word === word.toUpperCase();

  function speakWord(word) {
    if (isCode(word)) return word;
    const spoken = [...word].map((letter) => letters.get(letter) ?? letter);
    if (language === "pseudo") {
      const more = Math.ceil(spoken.length * 0.4);
      spoken.push(...Array.from({ length: more }, (_, place) => spoken[place % spoken.length].toLowerCase()));
    }
    return spoken.join("");
  }

  const speak = (text) => text.replace(/[A-Za-z]{2,}/g, speakWord);

  function speakNode(node) {
    if (written.get(node) === node.data || node.parentElement?.closest(VERBATIM)) return;
    const spoken = speak(node.data);
    written.set(node, spoken);
    if (spoken !== node.data) node.data = spoken;
  }

  function speakAttributes(element) {
    const known = written.get(element) ?? {};
    for (const name of ATTRIBUTES) {
      const text = element.getAttribute(name);
      if (text === null || known[name] === text) continue;
      known[name] = speak(text);
      if (known[name] !== text) element.setAttribute(name, known[name]);
    }
    written.set(element, known);
  }

  function speakAll(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = root; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) speakNode(node);
      else if (node.nodeType === Node.ELEMENT_NODE) speakAttributes(node);
    }
  }

  document.documentElement.dir = language === "arabic" ? "rtl" : "ltr";
  document.documentElement.lang = language === "arabic" ? "ar" : "en-XA";
  speakAll(document.body);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(speakAll);
      else if (change.type === "characterData") speakNode(change.target);
      else speakAttributes(change.target);
    }
  }).observe(document.body, { childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES, subtree: true });
}
