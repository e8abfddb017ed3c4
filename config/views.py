"""The front page, and whether this process is alive and ready."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache


def front(request: HttpRequest) -> HttpResponse:
    """Show people who only know the host the ways in; asks no database."""
    return render(request, "start.html", {"is_demo": settings.DEMO})


@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can; asks nobody else."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers; a sale needs nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database is away\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
