"""The folder of files from the bank, and files that are uploaded: each is noted once."""

import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from banking.errors import FileTooLarge, ReportRefused, StatementUnreadable
from banking.models import BankFile, CsvMapping, ReadingStatus
from banking.reading.xml_roots import find_namespace
from banking.reports import SIZE_MAX, keep_report
from identity.models import User
from relay.jobs import enqueue_on_commit

logger = logging.getLogger(__name__)

_MB = 2**20
UPLOAD_MAX_MB = 12
_FOLDER_MAX_MB = 512
_NAME_MAX = 200
_CHUNK = 2**20
_UNFINISHED = (".part", ".tmp", ".filepart", "~")
# Looked at by this process: name, size and time of change.
_seen: set[tuple[str, int, int]] = set()


@transaction.atomic
def keep_upload(
    content: bytes, *, name: str, by: User, mapping: CsvMapping | None = None
) -> BankFile:
    """Keep a file that somebody uploaded, for the banker; the same one again is the first.

    One that was refused is read again: what was missing may be there now.

    Raises:
        FileTooLarge: more than a page takes.
    """
    if len(content) > UPLOAD_MAX_MB * _MB:
        raise FileTooLarge(UPLOAD_MAX_MB)
    file, is_new = BankFile.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(),
        defaults={
            "name": name[-_NAME_MAX:],
            "size": len(content),
            "content": content,
            "mapping": mapping,
            "uploaded_by": by,
        },
    )
    if not is_new:
        refused = BankFile.objects.filter(pk=file.pk, status=ReadingStatus.REFUSED)
        refused.update(status=ReadingStatus.WAITING, mapping=mapping, refusal="")
        file.refresh_from_db()
    enqueue_on_commit("banking.sweep_files")
    return file


def note_new_files() -> None:
    """Note the folder's files that were not there before; without a folder do nothing.

    Files stay where they are. A bank that writes slowly uses another name until it is done.
    """
    if not settings.BANK_INBOX:
        return
    for path, stamp in _list_files(Path(settings.BANK_INBOX)):
        if stamp in _seen:
            continue
        try:
            _note(path, size=stamp[1])
        except (OSError, UnicodeError):
            # Gone meanwhile, unreadable, or of a name in no letters: the others are read.
            logger.exception("The bank's file %r was not noted.", path.name)
            continue
        _seen.add(stamp)


def _list_files(folder: Path) -> Iterator[tuple[Path, tuple[str, int, int]]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        hidden = entry.name.startswith(".") or entry.name.endswith(_UNFINISHED)
        if not hidden and entry.is_file(follow_symlinks=False):
            facts = entry.stat(follow_symlinks=False)
            yield Path(entry.path), (entry.path, facts.st_size, facts.st_mtime_ns)


def _note(path: Path, *, size: int) -> None:
    with path.open("rb") as file:
        if _is_report(file):
            _keep_report(path, file, size=size)
            return
        sha256 = _hash(file)
    refusal = ""
    if size > _FOLDER_MAX_MB * _MB:
        words = gettext("%(file)s: it is larger than %(count)s MB.")
        refusal = words % {"file": path.name, "count": _FOLDER_MAX_MB}
    BankFile.objects.get_or_create(
        sha256=sha256,
        defaults={
            "name": path.name[:_NAME_MAX],
            "size": size,
            "status": ReadingStatus.REFUSED if refusal else ReadingStatus.WAITING,
            "refusal": refusal,
            "mapping": _find_mapping(path),
        },
    )


def _is_report(file: IO[bytes]) -> bool:
    try:
        return ":pain.002." in find_namespace(file)
    except StatementUnreadable:
        return False


def _hash(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _keep_report(path: Path, file: IO[bytes], *, size: int) -> None:
    try:
        # One more than it takes is refused, however large the file is.
        keep_report(file.read(SIZE_MAX + 1), file_name=path.name, by=None)
    except ReportRefused as refusal:
        # Told where the statements are, because nobody uploaded it.
        file.seek(0)
        BankFile.objects.get_or_create(
            sha256=_hash(file),
            defaults={
                "name": path.name[:_NAME_MAX],
                "size": size,
                "status": ReadingStatus.REFUSED,
                "refusal": str(refusal)[:500],
            },
        )


def _find_mapping(path: Path) -> CsvMapping | None:
    """Return the mapping of a CSV file in the folder: there can only be one, or it is named."""
    if path.suffix.lower() != ".csv":
        return None
    mappings = list(CsvMapping.objects.all()[:2])
    return mappings[0] if len(mappings) == 1 else None
