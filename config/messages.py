"""Collects every text for translation; `make messages` brings the catalogues up to date.

No gettext tools are needed: Babel reads Python and JavaScript, and Django turns its templates
into calls that Babel can read.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po
from django.utils.translation.template import templatize

from config.catalogues import LOCALE, list_catalogues, update_catalogue

_ROOT = Path(__file__).resolve().parent.parent
# Django's names for the two catalogues: the server's texts, and the scripts'.
DOMAINS = ("django", "djangojs")
# Programs for operators are in English only, and tests have no texts for people.
_PACKAGES = (
    "api",
    "banking",
    "config",
    "foundation",
    "identity",
    "ledger",
    "merchants",
    "pos",
    "wallet",
)
_CALLS = {
    "gettext": None,
    "gettext_lazy": None,
    "translate": None,
    "_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_SCRIPT_CALLS = {"gettext": None, "ngettext": (1, 2)}


def collect_texts(domain: str) -> Catalog:
    """Return the texts of one of the two catalogues, each with its places in the code."""
    catalog = Catalog(project="Tessera", charset="utf-8")
    for path in _list_sources(domain):
        name = path.relative_to(_ROOT).as_posix()
        for line, text, comments, context in _read(path):
            places = [(name, line)]
            catalog.add(text, locations=places, auto_comments=comments, context=context)
    return catalog


def write_catalogues(folder: Path) -> list[Path]:
    """Write both catalogues without translations, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for domain in DOMAINS:
        path = folder / f"{domain}.pot"
        with path.open("wb") as file:
            write_po(file, collect_texts(domain), sort_by_file=True, width=96)
        paths.append(path)
    return paths


def _list_sources(domain: str) -> list[Path]:
    if domain == "djangojs":
        return sorted((_ROOT / "static").rglob("*.js"))
    templates = [*(_ROOT / "templates").rglob("*.html"), *(_ROOT / "templates").rglob("*.txt")]
    modules = [path for package in _PACKAGES for path in (_ROOT / package).rglob("*.py")]
    return sorted([*templates, *modules])


def _read(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    method, source = "python", path.read_text()
    if path.suffix == ".js":
        method = "javascript"
    elif path.suffix in {".html", ".txt"}:
        # Django leaves indentation in it that is no valid Python.
        source = re.sub(r"(?m)^[ \t]+", "", templatize(source, origin=str(path)))
    calls = _SCRIPT_CALLS if method == "javascript" else _CALLS
    yield from extract(method, BytesIO(source.encode()), calls, ["Translators:"])


if __name__ == "__main__":
    for written in write_catalogues(LOCALE):
        sys.stdout.write(f"{written.relative_to(_ROOT)}\n")
    for kept in list_catalogues():
        left = update_catalogue(kept, collect_texts(kept.stem))
        sys.stdout.write(f"{kept.relative_to(_ROOT)}: {left} without a translation\n")
