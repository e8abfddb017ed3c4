"""The front page, and whether this process is alive and ready."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from config.readiness import ReadinessCheck

_readiness = ReadinessCheck()


def front(request: HttpRequest) -> HttpResponse:
    """Show people who only know the host the ways in; asks no database."""
    return render(request, "start.html", {"is_demo": settings.DEMO})


@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can; asks nobody else."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database does, within its limits; a sale needs nothing else.

    The lines below tell when the recurring jobs were last done; what is late says so.
    """
    found = _readiness.look()
    text = "".join(f"{line}\n" for line in found.lines)
    return HttpResponse(text, content_type="text/plain", status=200 if found.is_ready else 503)
