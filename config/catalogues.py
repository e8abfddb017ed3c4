"""Our translations: `make messages` keeps them up to date, and this program compiles them.

`locale/*/LC_MESSAGES/*.po` is written by people; the `.mo` beside it is what Django reads, and
is made anew when the other has changed. No network is asked, nor are gettext's tools.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

_ROOT = Path(__file__).resolve().parent.parent
LOCALE = _ROOT / "locale"
# What is shown in every language: the till, the wallet with its pay page, receipts, letters to
# customers. All that these templates include belongs to it.
_SPOKEN_TEMPLATES = (
    *(
        "wallet/*.html",
        "pos/till.html",
        "pos/unlock.html",
        "pos/pair.html",
        "pos/activity.html",
    ),
    *("pos/day.html", "pos/day_closing.html", "pos/print_receipt.html", "pos/slip.html"),
    *("pos/_parked.html", "pos/_till_sheets.html"),
    *("pos/receipt.html", "emails/receipt.*", "[345][0-9][0-9].html", "overloaded.html"),
)
_SPOKEN_MODULES = (
    *("api/*", "config/*", "foundation/*", "identity/*", "ledger/money.py", "ledger/typed.py"),
    *("pos/api/*", "pos/authentication.py", "pos/cash.py", "pos/closing_slips.py"),
    "pos/drawer_refusals.py",
    *(
        "pos/choice_errors.py",
        "pos/errors.py",
        "pos/forms_closings.py",
        "pos/forms_slips.py",
        "pos/parked.py",
    ),
    *("pos/print/receipt_slips.py", "pos/print/receipts.py", "pos/printers.py"),
    *("pos/receipts.py", "pos/refunds.py", "pos/serializers.py", "pos/timeline.py"),
    *("pos/templatetags/*", "foundation/templatetags/*"),
    *("pos/views/pages.py", "wallet/*", "static/js/*"),
)
_PART = re.compile(r'{%\s*(?:include|extends)\s+"([^"]+)"')
# Of a catalogue's head only what programs read is kept.
_MOMENTS = re.compile(
    rb'^"(?:POT|PO|Last-T|Language-T|Report|Generated|Project)[^\n]*\n|^# (?!Trans)[^\n]*\n',
    re.MULTILINE,
)
Key = tuple[str, str | None]


def key_of(message: Message) -> Key:
    """Return what a text is found by: its English, of a plural the first form, and context."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    return str(text), message.context


def list_spoken(texts: Catalog) -> dict[Key, Message]:
    """Return those of the collected texts that every language has to have."""
    sources = set(_list_spoken_templates())
    return {
        key_of(message): message
        for message in texts
        if message.id and any(_is_spoken(name, sources) for name, _line in message.locations)
    }


def update_catalogue(path: Path, texts: Catalog) -> int:
    """Add the texts that have come, keep every translation, and return how many are missing.

    A text that has left the code stays in the file as a comment. Of pages in English only, the
    catalogue has what somebody has translated.
    """
    kept = _read(path)
    known = {key_of(each): each for each in (*kept.obsolete.values(), *kept) if each.id}
    spoken = list_spoken(texts)
    fresh = Catalog(locale=kept.locale, charset="utf-8", fuzzy=False)
    for message in texts:
        before = known.pop(key_of(message), None) if message.id else None
        string = before.string if before else ""
        if is_translated(string) or key_of(message) in spoken:
            fresh.add(
                message.id,
                string,
                locations=sorted({(name, 1) for name, _line in message.locations}),
                auto_comments=message.auto_comments,
                user_comments=before.user_comments if before else (),
                context=message.context,
            )
    obsolete: dict[Any, Message] = fresh.obsolete
    obsolete |= {each.id: each for each in known.values() if is_translated(each.string)}
    path.write_bytes(_write(fresh))
    return sum(not is_translated(message.string) for message in fresh if message.id)


def is_translated(string: str | Sequence[str] | None) -> bool:
    """Return whether there is a translation, for each form that the language has."""
    return all(string) if string and not isinstance(string, str) else bool(string)


def list_catalogues(folder: Path = LOCALE) -> list[Path]:
    """Return the catalogues that there are."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def compile_catalogues(folder: Path = LOCALE) -> list[Path]:
    """Compile the catalogues that have changed, and return them; two may do so at once."""
    stale = [path for path in list_catalogues(folder) if _is_stale(path)]
    for path in stale:
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            write_mo(file, _read(path))
        Path(file.name).chmod(0o644)
        os.utime(file.name, ns=(path.stat().st_mtime_ns,) * 2)
        Path(file.name).replace(path.with_suffix(".mo"))
    return stale


def _is_stale(path: Path) -> bool:
    made = path.with_suffix(".mo")
    return not made.exists() or made.stat().st_mtime_ns != path.stat().st_mtime_ns


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=path.stem)


def _write(catalogue: Catalog) -> bytes:
    # Without moments and lines of code: every run would change all catalogues otherwise.
    file = BytesIO()
    write_po(file, catalogue, sort_output=True, include_lineno=False, width=96)
    return _MOMENTS.sub(b"", file.getvalue())


def _is_spoken(name: str, templates: set[str]) -> bool:
    return name in templates or any(fnmatch(name, pattern) for pattern in _SPOKEN_MODULES)


def _list_spoken_templates() -> Iterator[str]:
    folder = _ROOT / "templates"
    found = {path for pattern in _SPOKEN_TEMPLATES for path in folder.glob(pattern)}
    open_ones = list(found)
    while open_ones:
        path = open_ones.pop()
        yield path.relative_to(_ROOT).as_posix()
        parts = {folder / name for name in _PART.findall(path.read_text())} - found
        found |= parts
        open_ones += parts


if __name__ == "__main__":
    for compiled in compile_catalogues():
        sys.stdout.write(f"{compiled.relative_to(_ROOT)}\n")
