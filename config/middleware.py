"""Middleware: the beginning of every request."""

import logging
from collections.abc import Callable
from typing import cast

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.shortcuts import render
from django.utils import timezone

from api.outages import AWAY, RUNNING, find_outage
from config.languages import activate_language, speak
from config.way_back import find_place, show_error

logger = logging.getLogger(__name__)
_API = "/api/v1/"
Answer = Callable[[HttpRequest], HttpResponseBase]


def begin_in_own_zone(answer: Answer) -> Answer:
    """Reset the time zone that the previous request may have left.

    A view that shows a shop's time activates its zone for the whole thread, and the next
    request in that thread may be for a page that names no zone.
    """

    def begin(request: HttpRequest) -> HttpResponseBase:
        timezone.deactivate()
        return answer(request)

    return begin


def show_way_from_forms(answer: Answer) -> Answer:
    """Answer with a page whoever opens the address of a form, as from a refused one."""

    def show(request: HttpRequest) -> HttpResponseBase:
        refused = answer(request)
        is_page = request.method == "GET" and not request.path_info.startswith("/api/")
        if not isinstance(refused, HttpResponseNotAllowed) or not is_page:
            return refused
        page = show_error(request, refused.status_code)
        page["Allow"] = refused["Allow"]
        return page

    return show


class PageBeginning:
    """Gives pages a session, a language and a user, and a page for outages.

    The API's callers send their own secret, and are refused in the API's own format, in the
    language they accept.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        # Synchronous under WSGI; the stubs also allow coroutines.
        known = cast(Answer, AuthenticationMiddleware(show_way_from_forms(answer)))
        self._answer_page = cast(Answer, SessionMiddleware(speak(known)))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass API requests through; give pages a session, a language and a user."""
        if request.path_info.startswith(_API):
            # Refusals are read by people too.
            activate_language(request)
            answer = self._answer(request)
            # An answer is valid for this moment and this caller only.
            answer.headers.setdefault("Cache-Control", "no-store")
            return answer
        return self._answer_page(request)

    def process_exception(
        self, request: HttpRequest, refusal: Exception
    ) -> HttpResponse | None:
        """Ask people to try again when a view waited too long or lost the database."""
        outage = None if request.path_info.startswith(_API) else find_outage(refusal)
        if outage is None:
            return None
        logger.warning("A page was not finished.", exc_info=refusal)
        place = find_place(request.path_info)
        # The text for programs is about keys; people can look instead.
        advice = "" if outage in {AWAY, RUNNING} else str(outage.words)
        context = {"advice": advice, "place": place, "is_unknown": outage is RUNNING}
        answer = render(request, "503.html", context, status=outage.status)
        answer["Retry-After"] = str(outage.retry_after_s)
        return answer
