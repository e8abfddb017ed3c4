"""The demo's mail folder as pages: what would have been sent."""

from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

_SHOWN_MAX = 100
_SEPARATOR = b"-" * 79


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """A mail as the demo shows it."""

    number: int
    subject: str
    to: str
    date: str
    text: str


def list_mail(request: HttpRequest) -> HttpResponse:
    """List the newest mails."""
    messages = read_mail()[::-1][:_SHOWN_MAX]
    return render(request, "demo/mail.html", {"messages": messages})


def show_mail(request: HttpRequest, number: int) -> HttpResponse:
    """Show one mail's text."""
    messages = read_mail()
    if not 1 <= number <= len(messages):
        raise Http404
    return render(request, "demo/message.html", {"message": messages[number - 1]})


def read_mail() -> list[DemoMessage]:
    """Read the files of Django's file backend, oldest first."""
    folder = Path(settings.EMAIL_FILE_PATH or ".")
    files = sorted(folder.glob("*.log"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    parts = [part for file in files for part in file.read_bytes().split(_SEPARATOR)]
    return [
        _read(number, part) for number, part in enumerate(filter(bytes.strip, parts), start=1)
    ]


def _read(number: int, content: bytes) -> DemoMessage:
    message = BytesParser(policy=policy.default).parsebytes(content.lstrip())
    body = message.get_body(("plain",))
    return DemoMessage(
        number=number,
        subject=str(message["Subject"]),
        to=str(message["To"]),
        date=str(message["Date"]),
        text=body.get_content() if body else "",
    )
