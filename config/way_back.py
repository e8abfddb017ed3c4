"""The error pages: each has a link back to the site's part, by the path's first segment."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from merchants.access import may_read


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the site, and its texts for error pages."""

    prefix: str
    home: str
    label: str | Promise
    after_failure: str | Promise


_SHOP = Place(
    "/dashboard",
    "/dashboard/",
    _("Go to the dashboard"),
    _("Look at the page again before you repeat what you did. We have been told."),
)
_CONSOLE = Place(
    "/console",
    "/console/",
    _("Go to the console"),
    _("Look at the page again before you repeat what you did. We have been told."),
)
_TILL = Place(
    "/till",
    "/till/",
    _("Go to the till"),
    _("If you were charging, look at Activity before you charge again. We have been told."),
)
_ANYWHERE = Place(
    "/",
    "/",
    _("Go to the start"),
    _("If you were paying, look at your wallet before you pay again. We have been told."),
)


def find_place(path: str) -> Place:
    """Find the part of the site that a path belongs to."""
    for place in (_SHOP, _TILL, _CONSOLE):
        if path == place.prefix or path.startswith(f"{place.prefix}/"):
            return place
    return _ANYWHERE


def show_error(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """Answer with the page of this status, and the way back."""
    place = find_place(request.path_info)
    return render(request, f"{status}.html", {"place": place} | context, status=status)


def show_forbidden(request: HttpRequest) -> HttpResponse:
    """Answer 403; people signed in to the shop's pages may sign out here."""
    place, user = find_place(request.path_info), getattr(request, "user", None)
    if place not in (_SHOP, _CONSOLE) or user is None or not user.is_authenticated:
        return show_error(request, 403)
    # The overview would refuse people without any access with this same page.
    return show_error(
        request, 403, signed_in_as=user, is_at_home=place is _SHOP and may_read(user.pk)
    )


def show_stale_form(request: HttpRequest) -> HttpResponse:
    """Answer 403 to a form that was open for too long."""
    advice = translate("This page was open for too long. Go back, load it again and repeat it.")
    return show_error(request, 403, advice=advice)


def show_failure(request: HttpRequest) -> HttpResponse:
    """Answer 500; uses neither the database nor the session, which may have failed."""
    page = render_to_string("500.html", {"place": find_place(request.path_info)})
    return HttpResponse(page, status=500)
