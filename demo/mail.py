"""Pages of the demo's mail folder: mails that would have been sent."""

import os
import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from heapq import nlargest
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

SHOWN_MAX = 100
# At most this much is read: the end of a file of many mails, the beginning of a mail.
_READ_MAX = 500_000
# Django's file backend names its files by the second, so the newest have the greatest names.
_FILE = re.compile(r"\d{8}-\d{6}-\d+\.log")
_SEPARATOR = b"-" * 79 + b"\n"


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """A mail as the demo shows it, and its place: file and byte offset."""

    file: str
    offset: int
    subject: str
    to: str
    date: str
    text: str


def list_mail(request: HttpRequest) -> HttpResponse:
    """List the newest mails."""
    return render(request, "demo/mail.html", {"messages": read_newest()})


def show_mail(request: HttpRequest, file: str, offset: int) -> HttpResponse:
    """Show one mail's text."""
    return render(request, "demo/message.html", {"message": read_mail(file, offset)})


def read_newest() -> list[DemoMessage]:
    """Return the newest mails, the latest first; the cost does not grow with their number."""
    try:
        names = [path.name for path in _folder().iterdir() if _FILE.fullmatch(path.name)]
    except FileNotFoundError:
        return []
    found: list[DemoMessage] = []
    for name in nlargest(SHOWN_MAX, names):
        found += _read_end(name)[::-1]
        if len(found) >= SHOWN_MAX:
            break
    return found[:SHOWN_MAX]


def read_mail(file: str, offset: int) -> DemoMessage:
    """Return the mail that begins at this byte of this file.

    Raises:
        Http404: no mail does.
    """
    path, before = _folder() / file, len(_SEPARATOR)
    if not _FILE.fullmatch(file) or not path.is_file() or 0 < offset < before:
        raise Http404
    with path.open("rb") as log:
        log.seek(max(0, offset - before))
        if offset and log.read(before) != _SEPARATOR:
            raise Http404
        content = log.read(_READ_MAX).partition(_SEPARATOR)[0]
    if not content.strip():
        raise Http404
    return _parse(file, offset, content)


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH or ".")


def _read_end(name: str) -> list[DemoMessage]:
    with (_folder() / name).open("rb") as log:
        begin = max(0, log.seek(0, os.SEEK_END) - _READ_MAX)
        log.seek(begin)
        parts = log.read().split(_SEPARATOR)
    found = []
    for number, part in enumerate(parts):
        # The first part of a file's end may be the rest of a mail.
        if part.strip() and (number or not begin):
            found.append(_parse(name, begin, part))
        begin += len(part) + len(_SEPARATOR)
    return found[-SHOWN_MAX:]


def _parse(file: str, offset: int, content: bytes) -> DemoMessage:
    message = BytesParser(policy=policy.default).parsebytes(content.lstrip())
    body = message.get_body(("plain",))
    return DemoMessage(
        file=file,
        offset=offset,
        subject=str(message["Subject"]),
        to=str(message["To"]),
        date=str(message["Date"]),
        text=body.get_content() if body else "",
    )
