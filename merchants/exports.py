"""Long files: asked for on a page, made by a worker, kept for a week."""

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from foundation.once import make_once
from ledger.transactions import retry_clashes
from merchants.errors import ExportsElsewhere, LeaseLost, TooManyExports
from merchants.models import Export, ExportKind, StaffMember
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from relay.jobs import enqueue_on_commit

logger = logging.getLogger(__name__)
LIFE = timedelta(days=7)
_LEASE = timedelta(minutes=2)
_NOTE_EVERY_S = 1.0
TRIES_MAX = 5
# Of one person, at the same time.
UNDONE_MAX = 5
_SHOWN_MAX = 50
_STRAY_S = 8 * 24 * 3600
# Writes the file's texts, noting how far it is: done, and of how many.
Note = Callable[[int, int], None]
Writer = Callable[[Export, Note], Iterator[str]]


def is_offered() -> bool:
    """Return whether the installation has a folder for long files."""
    return bool(settings.EXPORT_FOLDER)


@retry_clashes
def ask_export(
    staff: StaffMember,
    kind: ExportKind,
    *,
    query: str,
    layout: str,
    language: str,
    export_id: UUID,
) -> Export:
    """Ask for a file; the same form sent again, or the same wish meanwhile, is made once.

    Raises:
        ExportsElsewhere: the installation has no folder for them.
        TooManyExports: this person waits for many already.
        FormReused: the form asked for another file before.
    """
    if not is_offered():
        raise ExportsElsewhere
    mine = Export.objects.filter(staff=staff)
    wish = {"kind": kind, "query": query, "layout": layout, "language": language}

    def make(made_id: UUID) -> Export:
        if _undone().filter(staff=staff).count() >= UNDONE_MAX:
            raise TooManyExports
        made = Export.objects.create(
            id=made_id,
            merchant_id=staff.merchant_id,
            staff=staff,
            store_id=staff.store_id,
            **wish,
        )
        enqueue_on_commit("merchants.make_exports")
        return made

    def is_same(made: Export) -> bool:
        return all(getattr(made, name) == each for name, each in wish.items())

    under_way = _undone().filter(staff=staff, **wish).first()
    if under_way is not None:
        return under_way
    try:
        return make_once(mine, export_id, make=make, is_same=is_same)
    except IntegrityError:
        return mine.filter(**wish).latest("id")


def list_exports(staff: StaffMember) -> list[Export]:
    """List the files that this person may read, the newest first."""
    return list(
        _list_readable(staff).select_related("staff__user").order_by("-id")[:_SHOWN_MAX]
    )


def find_export(staff: StaffMember, reference: str) -> Export | None:
    """Find a file that this person may read now, by its public reference."""
    try:
        export_id = decode_reference("ex", reference)
    except PayloadInvalid:
        return None
    return _list_readable(staff).filter(pk=export_id).first()


def is_kept(export: Export) -> bool:
    """Return whether its file can still be downloaded."""
    kept = Export.objects.filter(pk=export.pk, removed_at=None, made_at__gt=Now() - LIFE)
    return kept.exists()


def find_path(export: Export) -> Path:
    """Return where its file is."""
    return Path(settings.EXPORT_FOLDER) / export.file_name


def make_due_exports(write: Writer) -> None:
    """Make the files that wait, one after the other; safe to run at the same time elsewhere.

    Only one worker makes them at a time, so that other jobs are not kept waiting. A file whose
    worker died is made again when its lease is over. One that cannot be made is tried again in
    the next round, when a full disk may have room, and given up after some tries.
    """
    failed: set[UUID] = set()
    while is_offered() and not _undone().filter(leased_until__gt=Now()).exists():
        export = _undone().exclude(pk__in=failed).order_by("tries", "id").first()
        if export is None:
            return
        if not _lease(export):
            continue
        try:
            _make(export, write)
        except LeaseLost:
            continue
        except Exception:
            logger.exception("The file %s was not made.", export.public_id)
            failed.add(export.pk)
            mine = _undone().filter(pk=export.pk, tries=export.tries)
            mine.update(leased_until=None)


def remove_old_exports() -> None:
    """Remove the files that are older than a week, and what dead workers have left."""
    old = Export.objects.filter(removed_at=None, made_at__lte=Now() - LIFE)
    for export in old.order_by("made_at")[:1000]:
        find_path(export).unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(removed_at=Now())
    folder = Path(settings.EXPORT_FOLDER)
    if not is_offered() or not folder.is_dir():
        return
    for path in folder.glob("ex_*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _STRAY_S:
                path.unlink()


def _undone() -> QuerySet[Export]:
    return Export.objects.filter(made_at=None, failed_at=None)


def _list_readable(staff: StaffMember) -> QuerySet[Export]:
    mine = Export.objects.filter(merchant_id=staff.merchant_id)
    return mine if staff.store_id is None else mine.filter(store_id=staff.store_id)


def _lease(export: Export) -> bool:
    if export.tries >= TRIES_MAX:
        _undone().filter(pk=export.pk, tries=export.tries).update(failed_at=Now())
        return False
    free = Q(leased_until=None) | Q(leased_until__lte=Now())
    waiting = _undone().filter(free, pk=export.pk, tries=export.tries)
    if not waiting.update(tries=F("tries") + 1, leased_until=Now() + _LEASE, done_count=0):
        return False
    export.tries += 1
    return True


def _make(export: Export, write: Writer) -> None:
    folder = Path(settings.EXPORT_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Of each try: one that was thought dead writes another file.
    name = f"{export.public_id}-{export.tries}.csv"
    part = folder / f"{name}.part"
    digest = hashlib.sha256()
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            for text in write(export, _Progress(export).note):
                file.write(text)
                digest.update(text.encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / name)
    finally:
        part.unlink(missing_ok=True)
    changes = {"made_at": Now(), "file_name": name, "sha256": digest.hexdigest()}
    if not _undone().filter(pk=export.pk, tries=export.tries).update(**changes):
        (folder / name).unlink(missing_ok=True)
        raise LeaseLost


class _Progress:
    """Keeps the lease while the file grows, and writes how far it is, once a second."""

    def __init__(self, export: Export) -> None:
        self._export, self._noted_at = export, 0.0

    def note(self, done: int, of: int) -> None:
        """Note it.

        Raises:
            LeaseLost: another worker makes the file by now.
        """
        now = time.monotonic()
        if now - self._noted_at < _NOTE_EVERY_S:
            return
        self._noted_at = now
        mine = _undone().filter(pk=self._export.pk, tries=self._export.tries)
        if not mine.update(done_count=done, all_count=of, leased_until=Now() + _LEASE):
            raise LeaseLost
