"""The wallet's page of safety: freeze it, and see where it is signed in."""

import contextlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from identity.devices import name_device
from identity.errors import PinLocked, PinWrong
from qr.errors import PayloadInvalid
from qr.references import decode_reference, encode_reference
from wallet.access import wallet_only
from wallet.devices import end_device, end_other_devices, list_devices
from wallet.errors import FrozenByOperator, PinRequired
from wallet.freezing import freeze, unfreeze
from wallet.models import Wallet
from wallet.payments import read_pin


@require_GET
@never_cache
@wallet_only
def safety(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show whether the wallet is frozen, and the devices that are signed in."""
    return _show(request, wallet)


@require_POST
@wallet_only
def freeze_wallet(_request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Freeze the wallet."""
    freeze(wallet)
    return redirect("wallet:safety")


@require_POST
@never_cache
@wallet_only
def unfreeze_wallet(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Unfreeze the wallet by its PIN."""
    try:
        pin = read_pin(request.POST.get("pin", ""))
    except PinRequired:
        pin = ""
    if not pin:
        return _show(request, wallet, asks_for_pin=True, status=422)
    try:
        unfreeze(wallet, pin=pin)
    except (PinWrong, PinLocked, FrozenByOperator) as refusal:
        return _show(request, wallet, refusal=str(refusal), status=403)
    return redirect("wallet:safety")


@require_POST
@wallet_only
def sign_out_device(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Sign out one of the wallet's devices, or all others."""
    if request.POST.get("others"):
        end_other_devices(wallet)
    elif wanted := request.POST.get("device"):
        # Whatever else it is, it is no device of this wallet: the page shows what there is.
        with contextlib.suppress(PayloadInvalid):
            end_device(wallet, decode_reference("ws", wanted))
    return redirect("wallet:safety")


def _show(
    request: HttpRequest,
    wallet: Wallet,
    *,
    refusal: str = "",
    asks_for_pin: bool = False,
    status: int = 200,
) -> HttpResponse:
    devices = [
        {
            "session": each,
            "name": name_device(each.device_name),
            "reference": encode_reference("ws", each.id),
            "is_this": each.id == wallet.session_id,
        }
        for each in list_devices(wallet)
    ]
    context = {
        "wallet": wallet,
        "devices": devices,
        "refusal": refusal,
        "asks_for_pin": asks_for_pin,
    }
    return render(request, "wallet/safety.html", context, status=status)
