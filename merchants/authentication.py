"""Authenticates a merchant's server by one of the merchant's secret keys."""

from django.utils.translation import gettext
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from foundation.bearers import BearerAuthentication, read_bearer
from merchants.models import Merchant
from merchants.onboarding import find_merchant_by_key


class Server:
    """A merchant's server, in the form the framework asks for."""

    is_authenticated = True

    def __init__(self, merchant: Merchant) -> None:
        self.merchant = merchant


class KeyAuthentication(BearerAuthentication):
    """The bearer secret of a merchant."""

    scheme = "merchant"
    holds = "A merchant's secret key (sk_…)."

    def authenticate(self, request: Request) -> tuple[Server, None] | None:
        """Return the server; None when nothing was presented."""
        secret = read_bearer(request)
        if not secret:
            return None
        merchant = find_merchant_by_key(secret)
        if merchant is None:
            raise AuthenticationFailed(gettext("This key is not valid."))
        return Server(merchant), None
