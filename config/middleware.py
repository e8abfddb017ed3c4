"""What every request begins with."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

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
