"""Who may speak for a till or a merchant: bearer secrets, and the till's own cookie."""

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from merchants.authentication import read_bearer
from merchants.models import StaffMember
from merchants.onboarding import find_merchant_by_key
from pos.callers import Caller, call_from_merchant, call_from_terminal
from pos.terminals import find_terminal

TILL_COOKIE = "tessera_till"
CASHIER_COOKIE = "tessera_cashier"
TILL_COOKIE_LIFE_S = 400 * 24 * 3600
_CASHIER_LIFE_S = 14 * 3600


class PosAuthentication(BaseAuthentication):
    """Terminal token, merchant key, or the cookie of our own till page (with CSRF check)."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        """Give the caller; None when nothing was presented."""
        secret = read_bearer(request)
        if secret:
            return self._find(secret), None
        caller = read_till(request._request)  # noqa: SLF001  DRF's name for Django's request
        if caller is None:
            return None
        SessionAuthentication().enforce_csrf(request)
        return caller, None

    def authenticate_header(self, request: Request) -> str:
        """Make a refusal a 401 that says what to present."""
        return "Bearer"

    def _find(self, secret: str) -> Caller:
        if secret.startswith("sk_"):
            merchant = find_merchant_by_key(secret)
            store = (
                merchant and merchant.stores.select_related("merchant").order_by("id").first()
            )
            if store:
                return call_from_merchant(store)
        elif terminal := find_terminal(secret):
            return call_from_terminal(terminal, None)
        raise AuthenticationFailed("This key or token is not valid.")


def read_till(request: HttpRequest) -> Caller | None:
    """Give the till whose cookie this is, with the cashier who unlocked it."""
    terminal = find_terminal(request.COOKIES.get(TILL_COOKIE, ""))
    if terminal is None:
        return None
    cashier_id = request.get_signed_cookie(
        CASHIER_COOKIE, default="", salt=terminal.public_id, max_age=_CASHIER_LIFE_S
    )
    cashier = None
    if cashier_id:
        people = StaffMember.objects.filter(
            pk=cashier_id, merchant_id=terminal.store.merchant_id, is_active=True
        )
        cashier = people.select_related("user").first()
    return call_from_terminal(terminal, cashier)
