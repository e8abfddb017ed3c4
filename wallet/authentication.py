"""Authenticates a wallet by a session's secret, as bearer or as the page's own cookie."""

import re
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from foundation.bearers import BearerAuthentication, read_bearer
from wallet.models import Wallet
from wallet.wallets import find_wallet

WALLET_COOKIE = "tessera_wallet"
# Which of a person's wallets the device shows.
CURRENCY_COOKIE = "tessera_currency"
_CURRENCY = re.compile(r"[A-Z]{3}")


class Payer:
    """A signed-in person's wallet, in the form the framework asks for."""

    is_authenticated = True

    def __init__(self, wallet: Wallet) -> None:
        self.wallet = wallet


class WalletAuthentication(BearerAuthentication):
    """The bearer secret of a session, or the cookie of our own pages (with CSRF check)."""

    scheme = "wallet"
    holds = "The secret of a wallet session (ws_…)."

    def authenticate(self, request: Request) -> tuple[Payer, None] | None:
        """Return the payer; None when nothing was presented."""
        secret = read_bearer(request)
        if secret:
            wallet = find_wallet(secret)
            if wallet is None:
                raise AuthenticationFailed(gettext("This session is not valid. Sign in again."))
            return Payer(wallet), None
        wallet = read_wallet(request._request)  # noqa: SLF001  DRF's name for Django's request
        if wallet is None:
            return None
        SessionAuthentication().enforce_csrf(request)
        return Payer(wallet), None


def read_wallet(request: HttpRequest) -> Wallet | None:
    """Return the wallet whose session cookie came with a page's request."""
    secret = request.COOKIES.get(WALLET_COOKIE, "")
    wanted = request.COOKIES.get(CURRENCY_COOKIE, "")
    currency = wanted if _CURRENCY.fullmatch(wanted) else ""
    wallet = find_wallet(secret, currency=currency) if secret else None
    # Each page says by a banner that the wallet is frozen.
    cast(Any, request).wallet = wallet
    return wallet
