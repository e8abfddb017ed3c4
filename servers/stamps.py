"""Stamps: what a step was last done with, so that nothing is done again for the same."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Our code, and all that the checks of it read.
_SUFFIXES = {".html", ".py", ".sql", ".txt"}


def stamp_files(paths: Iterable[Path], *others: str) -> str:
    """Return a text that differs if a file's name, size or time does, or another text."""
    facts = [
        f"{path} {facts.st_size} {facts.st_mtime_ns}"
        for path in sorted(paths)
        for facts in (path.stat(),)
    ]
    return hashlib.sha256("\n".join([*facts, *others]).encode()).hexdigest()


def list_code() -> list[Path]:
    """List the files that the application is made of, and those that say its packages."""
    folders = [ROOT / "templates", *(each.parent for each in ROOT.glob("*/__init__.py"))]
    found = [
        path
        for folder in folders
        if folder.name != "tests"
        for path in folder.rglob("*")
        if path.suffix in _SUFFIXES
    ]
    return [*found, *(ROOT / "requirements").glob("*.txt")]


def list_static() -> list[Path]:
    """List the files that pages load, their translations, and the code that collects them."""
    files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    code = [ROOT / "config/static_files.py", ROOT / "requirements/production.txt"]
    return [*files, *code, *(ROOT / "locale").glob("*/LC_MESSAGES/*.po")]
