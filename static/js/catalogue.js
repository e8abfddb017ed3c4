/** The items on the till's page, and what has become of them since the page was drawn. */

import { find, heed } from "./page.js";
import { gettext } from "./server.js";

/** Read what can be chosen of an item: its groups, all options by id, and those that it has unless told. */
function readChoices({ groups = "[]", least }) {
  const read = JSON.parse(groups);
  const all = read.flatMap(({ options }) => options);
  const isMissing = ({ options, least: few }) => options.filter((each) => each.isDefault).length < few;
  return {
    least: Number(least ?? 0),
    groups: read,
    written: groups,
    options: new Map(all.map((each) => [each.id, each])),
    defaults: all.filter((each) => each.isDefault).map(({ id }) => id),
    // Whether a tap is not enough.
    asks: Boolean(least) || read.some(isMissing),
  };
}

const listTiles = (page) =>
  new Map(
    [...page.querySelectorAll("[data-item]")].map((tile) => [
      tile.dataset.item,
      {
        tile,
        name: tile.dataset.name,
        price: Number(tile.dataset.price),
        article: tile.dataset.article,
        vat: tile.dataset.vat ? Number(tile.dataset.vat) : undefined,
        age: Number(tile.dataset.age ?? 0),
        isOut: "out" in tile.dataset,
        ...readChoices(tile.dataset),
      },
    ]),
  );

/** A tap on a category above the items goes to its own. */
function goToShelf(event) {
  const shelf = event.target.closest("[data-shelf]")?.dataset.shelf;
  if (shelf) find(shelf).scrollIntoView({ block: "start" });
}

/** Read the page's items; `refresh` reads them again and says what changed of those in a sale. */
export function readCatalogue({ money }) {
  const catalogue = { items: listTiles(document), isOf, refresh };
  find("items").addEventListener("click", goToShelf);

  /** Whether these are the items of that version. */
  function isOf(version) {
    return find("items").dataset.version === version;
  }

  async function refresh(inSale) {
    const answer = await fetch(find("items").dataset.address, { cache: "no-store" }).then(heed, () => null);
    // Without an answer the old prices stay on the screen; the server has the last word on them.
    if (!answer?.ok) return [];
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("items");
    if (!fresh) {
      // Locked or unpaired meanwhile: the page says so.
      location.reload();
      return [];
    }
    const before = catalogue.items;
    for (const name of ["version", "vatMode", "vatDefault"]) find("items").dataset[name] = fresh.dataset[name];
    find("items").replaceChildren(...fresh.childNodes);
    catalogue.items = listTiles(document);
    return inSale.map((id) => tell(before.get(id), catalogue.items.get(id))).filter(Boolean);
  }

  function tell(before, now) {
    if (!now) return gettext("%(item)s is not sold any more and was taken off.", { item: before.name });
    if (now.isOut && !before.isOut) return gettext("%(item)s is sold out.", { item: now.name });
    if (now.written !== before.written) {
      return gettext("The choices of %(item)s have changed.", { item: now.name });
    }
    if (now.price === before.price && now.least === before.least) return "";
    if (now.least) {
      return gettext("%(item)s costs at least %(least)s.", { item: now.name, least: money(now.least) });
    }
    return gettext("%(item)s is now %(price)s.", { item: now.name, price: money(now.price) });
  }

  return catalogue;
}
