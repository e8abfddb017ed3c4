"""Who may speak for a merchant's server: the holder of one of its secret keys."""

from django.utils.translation import gettext
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from merchants.models import Merchant
from merchants.onboarding import find_merchant_by_key


def read_bearer(request: Request) -> str:
    """Give the secret of the Authorization header, or nothing."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


class Server:
    """A merchant's server, in the form the framework asks for."""

    is_authenticated = True

    def __init__(self, merchant: Merchant) -> None:
        """Hold the merchant."""
        self.merchant = merchant


class KeyAuthentication(BaseAuthentication):
    """The bearer secret of a merchant."""

    def authenticate(self, request: Request) -> tuple[Server, None] | None:
        """Give the server; None when nothing was presented."""
        secret = read_bearer(request)
        if not secret:
            return None
        merchant = find_merchant_by_key(secret)
        if merchant is None:
            raise AuthenticationFailed(gettext("This key is not valid."))
        return Server(merchant), None

    def authenticate_header(self, request: Request) -> str:
        """Make a refusal a 401 that says what to present."""
        return "Bearer"
