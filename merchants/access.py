"""Access to the dashboard: signed-in staff, each for their merchant or their store."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone

from identity.models import User
from merchants.models import Role, StaffMember, Store
from merchants.onboarding import find_staff_member, list_memberships
from qr.references import encode_reference

P = ParamSpec("P")
Staff = StaffMember
StaffView = Callable[Concatenate[HttpRequest, Staff, P], HttpResponseBase]
PersonView = Callable[Concatenate[HttpRequest, User, P], HttpResponseBase]
StoreView = Callable[[HttpRequest, Staff, Store], HttpResponseBase]
# The session's note of the shop that somebody who works for several looks at.
SHOP = "shop"
_MANAGING = {Role.OWNER, Role.MANAGER}
_READING = {*_MANAGING, Role.ACCOUNTANT}
_KEEPING_BOOKS = {Role.OWNER, Role.ACCOUNTANT}


def members_only(
    view: StaffView[P],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Require sign-in; refuse people who work for nobody."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url("merchants:sign_in"))
        staff = find_staff_member(request.user.pk, shop=request.session.get(SHOP, ""))
        if staff is None:
            raise PermissionDenied
        activate_time_zone(staff.merchant.time_zone)
        # The bar of each page shows what this person may open.
        cast(Any, request).staff = staff
        return view(request, staff, *args, **kwargs)

    return guarded


def signed_in_only(
    view: PersonView[P],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Require sign-in, of staff or of anybody else with a password, such as operators."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url("merchants:sign_in"))
        staff = find_staff_member(request.user.pk, shop=request.session.get(SHOP, ""))
        if staff is not None:
            activate_time_zone(staff.merchant.time_zone)
        cast(Any, request).staff = staff
        return view(request, request.user, *args, **kwargs)

    return guarded


def staff_only(
    view: StaffView[P],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Require sign-in; refuse people without a merchant, and cashiers."""

    @wraps(view)
    def guarded(
        request: HttpRequest, staff: Staff, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if staff.role not in _READING:
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    return members_only(guarded)


def may_read(user_id: UUID) -> bool:
    """Return whether this person may open the dashboard of some merchant."""
    return any(member.role in _READING for member in list_memberships(user_id))


def works_and_reads(staff: Staff) -> bool:
    """Return whether this person still works there and may read the dashboard."""
    return staff.is_active and staff.user.is_active and staff.role in _READING


def can_manage(staff: Staff) -> bool:
    """Return whether this person may change data, not only read it."""
    return staff.role in _MANAGING


def managers_only(view: StaffView[P]) -> StaffView[P]:
    """Refuse people who may only read."""

    @wraps(view)
    def guarded(
        request: HttpRequest, staff: Staff, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not can_manage(staff):
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    return guarded


def keeps_books(staff: Staff) -> bool:
    """Return whether this person may say how the shop keeps its books."""
    return staff.role in _KEEPING_BOOKS


def bookkeepers_only(view: StaffView[P]) -> StaffView[P]:
    """Refuse everybody but owners and accountants: the page is of the shop's own books."""

    @wraps(view)
    def guarded(
        request: HttpRequest, staff: Staff, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not keeps_books(staff):
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    return guarded


def whole_merchant(view: StaffView[P]) -> StaffView[P]:
    """Refuse people hired for one store: the page shows all of the merchant's."""

    @wraps(view)
    def guarded(
        request: HttpRequest, staff: Staff, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if staff.store_id is not None:
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    return guarded


def owners_only(view: StaffView[P]) -> StaffView[P]:
    """Refuse everybody but the owners: the page's effects outlast who works there."""

    @wraps(view)
    def guarded(
        request: HttpRequest, staff: Staff, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if staff.role != Role.OWNER:
            raise PermissionDenied
        return view(request, staff, *args, **kwargs)

    return guarded


def of_store(view: StoreView) -> Callable[[HttpRequest, Staff, str], HttpResponseBase]:
    """Find the store among this person's own, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, reference: str) -> HttpResponseBase:
        for store in list_own_stores(staff):
            if store.public_id == reference:
                return view(request, staff, store)
        raise Http404

    return guarded


def list_own_stores(staff: Staff) -> QuerySet[Store]:
    """List the stores this person works for: the one they were hired for, or all."""
    stores = Store.objects.filter(merchant_id=staff.merchant_id).select_related("merchant")
    return stores if staff.store_id is None else stores.filter(pk=staff.store_id)


def name_actor(staff: Staff) -> str:
    """Return how events name this person."""
    return encode_reference("sm", staff.id)


def activate_time_zone(time_zone: str) -> None:
    """Show the times of this request in the shop's zone."""
    timezone.activate(ZoneInfo(time_zone))
