"""The page that shows the wallet's payment code, and the worker that opens it offline."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.answers import show_time
from identity.errors import PinLocked, PinWrong
from identity.pins import PIN_PATTERN
from ledger.money import find_exponent
from merchants.queries import read_clock
from qr.code128 import draw_bars
from qr.image import draw_modules
from qr.links import encode_token
from qr.payment_codes import STEP_S, group_digits
from wallet.access import wallet_only
from wallet.api.payment_codes import list_needs
from wallet.models import Wallet
from wallet.payment_codes import ShownCode, issue_codes, revoke_codes, start_codes
from wallet.queries import find_last_use

_BAR_HEIGHT = 36
_NO_PIN = _("Enter the six digits of your PIN.")


@require_GET
@never_cache
@wallet_only
def my_code(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show the code of this minute, with those that follow for the page's script."""
    return _show(request, wallet)


@require_http_methods(["GET", "POST"])
@never_cache
@wallet_only
def stop(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Ask whether to stop the codes, and stop them."""
    if request.method == "POST":
        revoke_codes(wallet)
        return redirect("wallet:my_code")
    return render(request, "wallet/my_code_stop.html")


@require_POST
@never_cache
@wallet_only
def start(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show codes again, by the PIN."""
    pin = request.POST.get("pin", "").strip()
    if not PIN_PATTERN.match(pin):
        return _show(request, wallet, error=str(_NO_PIN))
    try:
        start_codes(wallet, pin=pin)
    except (PinWrong, PinLocked) as refusal:
        return _show(request, wallet, error=str(refusal))
    return redirect("wallet:my_code")


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """Return the page without codes; the phone caches it, and fills in those it has stored."""
    return render(request, "wallet/my_code.html", _describe([]) | {"state": "kept"})


@require_GET
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker that opens this page offline."""
    return render(request, "wallet/my_code_worker.js", content_type="text/javascript")


def _show(request: HttpRequest, wallet: Wallet, *, error: str = "") -> HttpResponse:
    codes = issue_codes(wallet)
    state = {
        "state": "code" if codes else "stopped",
        "wallet": wallet,
        "now": read_clock(),
        "exponent": find_exponent(wallet.currency),
        "error": error,
        **_describe_asking(wallet),
    }
    status = 403 if error else 200
    return render(request, "wallet/my_code.html", _describe(codes) | state, status=status)


def _describe_asking(wallet: Wallet) -> dict[str, Any]:
    # A till's collection may ask for the PIN while no phone has this page open.
    use = find_last_use(wallet)
    if use is None or not list_needs(use, use.charge):
        return {}
    link = reverse("wallet:pay", args=[encode_token(use.charge.token).lower()])
    return {"asking": use.charge, "asking_link": link}


def _describe(codes: list[ShownCode]) -> dict[str, Any]:
    shown = [_draw(each) for each in codes]
    return {
        "codes": shown,
        "first": shown[0] if shown else None,
        "step_s": STEP_S,
        "no_pin_minor": settings.NO_PIN_EACH_MAX_MINOR,
    }


def _draw(shown: ShownCode) -> dict[str, Any]:
    side, modules = draw_modules(shown.code)
    width, bars = draw_bars(shown.code, height=_BAR_HEIGHT)
    return {
        "code": shown.code,
        "digits": group_digits(shown.code),
        "from": show_time(shown.from_at),
        "until": show_time(shown.until_at),
        "qr": modules,
        "qr_box": f"0 0 {side} {side}",
        "bars": bars,
        "bars_box": f"0 0 {width} {_BAR_HEIGHT}",
    }
