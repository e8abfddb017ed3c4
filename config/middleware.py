"""What every request begins with."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone

_API = "/api/v1/"
Answer = Callable[[HttpRequest], HttpResponseBase]


def begin_in_own_zone(answer: Answer) -> Answer:
    """Forget the time zone of the request before.

    A view that shows a shop's time activates its zone for the whole thread, and the next
    request in that thread may be for a page that names no zone.
    """

    def begin(request: HttpRequest) -> HttpResponseBase:
        timezone.deactivate()
        return answer(request)

    return begin


def begin_page(answer: Answer) -> Answer:
    """Give pages a session, a language and a user; the API's callers bring their own secret."""
    chain = SessionMiddleware(LocaleMiddleware(AuthenticationMiddleware(answer)))
    # Asked by WSGI they answer at once; their type leaves that open.
    answer_page = cast(Answer, chain)

    def begin(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(_API):
            return answer(request)
        return answer_page(request)

    return begin
