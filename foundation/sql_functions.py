"""SQL functions: `APP/sql/NAME.sql` is the text in force, and `manage.py migrate` installs it.

One function per file, named `APP_NAME`, with the triggers that call it. A signature that
changes is added beside the old one, because PostgreSQL tells functions apart by their
arguments: the old text moves to `APP/sql/retired/` for one release, while processes of the old
version may still call it. A function with no file in either folder is dropped.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction

# Two migrations at the same time install one after the other.
_LOCK = 0x5F0C
_INSTALLED = """
    SELECT oid::regprocedure::text, proname, prosrc,
           coalesce(obj_description(oid, 'pg_proc'), '')
      FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, %s)
"""
# The row's place changes whenever the function is replaced.
_VERSIONS = """
    SELECT oid::regprocedure::text, ctid::text FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND proname = %s
"""


@dataclass(frozen=True)
class SqlFunction:
    """A function's file."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        """Return the whole file's text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def body(self) -> str:
        """Return the text between the dollar quotes, which PostgreSQL stores verbatim."""
        return self.text.split("$$")[1]

    @cached_property
    def mark(self) -> str:
        """Return the installed function's comment, which shows whether the file has changed."""
        return f"{self.path.name} {hashlib.sha256(self.text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class InstalledFunction:
    """A function in the database; `signature` is PostgreSQL's name for it."""

    signature: str
    name: str
    body: str
    mark: str


def list_functions() -> list[SqlFunction]:
    """List the functions of every installed application, retired ones included."""
    return [
        SqlFunction(f"{app.label}_{path.stem}", path)
        for app in apps.get_app_configs()
        for folder in ("sql", "sql/retired")
        for path in sorted(Path(app.path, folder).glob("*.sql"))
    ]


def list_installed() -> list[InstalledFunction]:
    """List the functions in the database whose names begin with an installed application's."""
    return sorted(_ask_installed(), key=lambda found: found.signature)


def install_functions(functions: Sequence[SqlFunction]) -> list[str]:
    """Install functions that differ from their files, drop those without; return the changes.

    It is one transaction: a running process sees all of it or nothing. Must run as the tables'
    owner.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = {(found.name, found.mark, found.body) for found in list_installed()}
        changed = [f for f in functions if (f.name, f.mark, f.body) not in known]
        # First without checking bodies, so that their order does not matter, then with it.
        cursor.execute("SET LOCAL check_function_bodies = off")
        for function in changed:
            cursor.execute(function.text)
        cursor.execute("SET LOCAL check_function_bodies = on")
        for function in changed:
            before = _list_versions(function.name)
            cursor.execute(function.text)
            [(signature, _)] = _list_versions(function.name) - before
            cursor.execute(f"COMMENT ON FUNCTION {signature} IS '{function.mark}'")
        marks = {(function.name, function.mark) for function in functions}
        orphans = [found for found in list_installed() if (found.name, found.mark) not in marks]
        for orphan in orphans:
            cursor.execute(f"DROP FUNCTION {orphan.signature}")
    installed = [f"{function.name} installed" for function in changed]
    return installed + [f"{orphan.signature} dropped" for orphan in orphans]


def _list_versions(name: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, [name])
        return set(cursor.fetchall())


def _ask_installed() -> Iterator[InstalledFunction]:
    with connection.cursor() as cursor:
        for app in apps.get_app_configs():
            cursor.execute(_INSTALLED, [f"{app.label}_"])
            yield from (InstalledFunction(*row) for row in cursor.fetchall())
