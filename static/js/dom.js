/** The page under a script: its elements by their ids, new elements, and the phone that shows it. */

export const find = (id) => document.getElementById(id);

/** Make an element with these properties and children, which nothing shows yet. */
export function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

/** Make an element that keeps its text's direction to itself, among words of another script. */
export const isolate = (textContent) => make("bdi", { textContent });

/** Let a phone be felt; browsers allow it only once the page was touched, and complain else. */
export function buzz(pattern) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}
