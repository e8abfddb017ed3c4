"""Django's own refusals: a problem answer below /api/, the site's page elsewhere."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from api.problems import describe_problem
from config import way_back

_API = "/api/"


def refuse_bad_request(
    request: HttpRequest,
    exception: Exception,  # noqa: ARG001  Django gives it to each
) -> HttpResponse:
    """Refuse a bad request, such as one to another host."""
    return _refuse(
        request,
        status=400,
        code="request_invalid",
        detail=gettext("This request cannot be read."),
        page=lambda: way_back.show_error(request, 400),
    )


def refuse_forbidden(
    request: HttpRequest,
    exception: Exception,  # noqa: ARG001  Django gives it to each
) -> HttpResponse:
    """Refuse an action that this person may not take."""
    return _refuse(
        request,
        status=403,
        code="not_allowed",
        detail=gettext("You may not do this."),
        page=lambda: way_back.show_forbidden(request),
    )


def refuse_unknown(
    request: HttpRequest,
    exception: Exception,  # noqa: ARG001  Django gives it to each
) -> HttpResponse:
    """Refuse an unknown address."""
    return _refuse(
        request,
        status=404,
        code="not_found",
        detail=gettext("There is nothing here."),
        page=lambda: way_back.show_error(request, 404),
    )


def refuse_form(request: HttpRequest, **_reason: object) -> HttpResponse:
    """Refuse a form without its token, as when the cookies were cleared meanwhile."""
    return _refuse(
        request,
        status=403,
        code="not_allowed",
        detail=gettext("You may not do this."),
        page=lambda: way_back.show_stale_form(request),
    )


def admit_mistake(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of ours, which only the log describes."""
    return _refuse(
        request,
        status=500,
        code="internal_error",
        detail=gettext(
            "Something is wrong on our side. Ask with the same key what became of it."
        ),
        page=lambda: way_back.show_failure(request),
    )


def _refuse(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    detail: str,
    page: Callable[[], HttpResponse],
) -> HttpResponse:
    if not request.path_info.startswith(_API):
        return page()
    body = describe_problem(status, code, detail)
    answer = JsonResponse(body, status=status, content_type="application/problem+json")
    answer["Cache-Control"] = "no-store"
    return answer
