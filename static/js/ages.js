/** The question for the customer's age, once a sale, where an item is for people of an age. */

import { find } from "./page.js";
import { speak } from "./screens.js";
import { gettext } from "./server.js";

let confirmed = { age: 0, items: new Set() };

const findAge = (item) => Number(document.querySelector(`[data-item="${CSS.escape(item)}"]`)?.dataset.age ?? 0);

/** Forget what was confirmed: the next sale is another customer's. */
export function forgetAge() {
  confirmed = { age: 0, items: new Set() };
}

/** Whether a sale may begin, with what was confirmed in its body; else ask, and then call `go`. */
export function confirmAge(body, go) {
  const bound = (body.lines ?? []).map(({ item }) => item).filter((item) => item && findAge(item));
  const age = Math.max(0, ...bound.map(findAge));
  if (!age) return true;
  // A sale that was changed is the same one as long as one of its items is.
  if (!bound.some((item) => confirmed.items.has(item))) forgetAge();
  if (age > confirmed.age) {
    ask(age, () => {
      confirmed = { age, items: new Set(bound) };
      go();
    });
    return false;
  }
  for (const item of bound) confirmed.items.add(item);
  body.age_confirmed = confirmed.age;
  return true;
}

function ask(age, go) {
  const [sheet, yes, no] = ["age", "age-yes", "age-no"].map(find);
  find("age-title").textContent = gettext("Is the customer %(age)s or older?", { age });
  yes.textContent = gettext("Yes, %(age)s or older", { age });
  no.onclick = () => sheet.close();
  yes.onclick = () => {
    sheet.close();
    go();
  };
  sheet.showModal();
  speak("assertive", find("age-title").textContent);
}
