"""The front page, and the liveness and readiness of this process."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from config.readiness import ReadinessCheck
from console.set_up import is_new

_readiness = ReadinessCheck()


@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Show the ways in to people who only know the host.

    Once the installation is set up this uses no database.
    """
    context = {"is_demo": settings.DEMO, "is_new": is_new()}
    return render(request, "start.html", context)


@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can; depends on nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database answers within its limits; a sale needs nothing else.

    Further lines say when the recurring jobs were last done; late ones are marked.
    """
    found = _readiness.look()
    text = "".join(f"{line}\n" for line in found.lines)
    return HttpResponse(text, content_type="text/plain", status=200 if found.is_ready else 503)
