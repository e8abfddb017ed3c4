"""Who may speak for a till or a merchant: bearer secrets, and the till's own cookie."""

from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from foundation.bearers import BearerAuthentication, read_bearer
from merchants.onboarding import find_merchant_by_key
from pos.principals import Principal, act_at_till, act_for_merchant, act_for_terminal
from pos.terminals import find_holder

TILL_COOKIE = "tessera_till"
TILL_COOKIE_LIFE_S = 400 * 24 * 3600


class PosAuthentication(BearerAuthentication):
    """An integration's token, a merchant's key, or the cookie of our own till page (with CSRF).

    A paired device's token is accepted only as its cookie, and only while a cashier is there.
    """

    scheme = "till_or_merchant"
    holds = "A terminal token (tk_…) or a merchant's secret key (sk_…)."

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        """Return the principal; None when nothing was presented."""
        secret = read_bearer(request)
        if secret:
            return self._find(secret), None
        principal = read_till(request._request)  # noqa: SLF001  DRF's name for Django's request
        if principal is None or principal.cashier is None:
            # A locked till may do nothing; its page redirects to the one that unlocks it.
            return None
        SessionAuthentication().enforce_csrf(request)
        return principal, None

    def _find(self, secret: str) -> Principal:
        if secret.startswith("sk_"):
            merchant = find_merchant_by_key(secret)
            store = (
                merchant and merchant.stores.select_related("merchant").order_by("id").first()
            )
            if store:
                return act_for_merchant(store)
        elif (holder := find_holder(secret)) and not holder.is_device:
            return act_for_terminal(holder.terminal, token_id=holder.token_id)
        raise AuthenticationFailed(gettext("This key or token is not valid."))


def read_till(request: HttpRequest) -> Principal | None:
    """Return the paired till whose cookie this is, with the cashier who unlocked it, if any."""
    holder = find_holder(request.COOKIES.get(TILL_COOKIE, ""))
    if holder is None or not holder.is_device:
        return None
    return act_at_till(holder.terminal, holder.cashier, token_id=holder.token_id)
