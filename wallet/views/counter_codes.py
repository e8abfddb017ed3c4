"""The page of a counter code: the payer types the amount, and goes on to confirm it."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.idempotency import IdempotencyMismatch, hash_request
from ledger.errors import AmountUnreadable
from ledger.money import find_exponent
from ledger.typed import read_money
from merchants.access import activate_time_zone
from pos.counter_codes import read_counter_code
from pos.errors import (
    ChargeNotPayable,
    CounterCodeRevoked,
    SigningKeyWithdrawn,
    StoreClosed,
)
from pos.models import Charge, CounterCode
from qr.errors import PayloadInvalid
from qr.links import TOKEN_LENGTH, encode_token
from wallet.access import keep_currency
from wallet.authentication import read_wallet
from wallet.counter_payments import (
    claim_counter_code,
    find_begun,
    find_opened_charge,
)
from wallet.currencies import find_in
from wallet.errors import CounterLimitReached, WalletCurrencyMismatch, WalletFrozen
from wallet.models import Wallet
from wallet.scan_results import look_at_counter_code

_REFUSALS = (
    AmountUnreadable,
    CounterCodeRevoked,
    CounterLimitReached,
    StoreClosed,
    WalletCurrencyMismatch,
    WalletFrozen,
)


@require_http_methods(["GET", "POST"])
@never_cache
def show_counter_code(request: HttpRequest, payload: str) -> HttpResponse:
    """Ask for the amount at a counter code; with one, go on to the page that confirms it.

    A GET changes nothing: the form opens the charge.
    """
    try:
        code = read_counter_code(payload.upper())
    except SigningKeyWithdrawn as refusal:
        context = {"state": "withdrawn", "error": str(refusal)}
        return render(request, "wallet/pay.html", context, status=410)
    except PayloadInvalid:
        code = None
    if code is None:
        return render(request, "wallet/pay.html", {"state": "unknown"}, status=404)
    if len(payload) != TOKEN_LENGTH:
        # The signature has been checked; the short address is readable.
        return redirect("wallet:static", payload=encode_token(code.id).lower())
    activate_time_zone(code.store.time_zone)
    wallet = read_wallet(request)
    if wallet is None:
        shown: dict[str, Any] = {"counter_code": code, "next": request.path, "error": ""}
        return render(request, "wallet/sign_in.html", shown)
    wallet = find_in(wallet, code.currency)
    return keep_currency(_take_amount(request, wallet, code), wallet)


def _take_amount(request: HttpRequest, wallet: Wallet, code: CounterCode) -> HttpResponse:
    if request.method == "GET":
        return _ask(request, wallet, code)
    typed, key = request.POST.get("amount", ""), ""
    try:
        key = _read_key(request)
        claim = claim_counter_code(
            wallet,
            code,
            amount_minor=read_money(typed, code.currency),
            key=key,
            request_hash=_hash_wish(wallet, code, typed),
        )
    except _REFUSALS as refusal:
        return _ask(request, wallet, code, typed=typed, error=str(refusal))
    except ChargeNotPayable:
        # This form was sent before: its charge's own page shows the outcome.
        charge = find_opened_charge(wallet, key)
        return _go_on(charge) if charge else redirect(request.path)
    except IdempotencyMismatch:
        # The form was sent again with another amount, or without a key: use a new key.
        return redirect(request.path)
    return _go_on(claim.charge)


def _go_on(charge: Charge) -> HttpResponse:
    return redirect(_link(charge))


def _link(charge: Charge) -> str:
    return reverse("wallet:pay", args=[encode_token(charge.token).lower()])


def _read_key(request: HttpRequest) -> str:
    key = request.POST.get("idempotency_key", "")[:255]
    # Our own form sends a UUID. The database cannot keep a NUL, and nobody can read the rest.
    if not (key and key.isprintable()):
        raise IdempotencyMismatch
    return key


def _hash_wish(wallet: Wallet, code: CounterCode, typed: str) -> bytes:
    body = {"amount_minor": read_money(typed, code.currency)}
    return hash_request(f"type at {code.public_id}", principal_id=wallet.id, body=body)


def _ask(
    request: HttpRequest, wallet: Wallet, code: CounterCode, *, typed: str = "", error: str = ""
) -> HttpResponse:
    result, begun = look_at_counter_code(wallet, code), find_begun(wallet)
    context: dict[str, Any] = {
        "code": code,
        "store": code.store,
        "result": result,
        "begun": begun,
        "begun_link": _link(begun) if begun else "",
        "typed": typed[:40],
        "error": error if result.is_payable else "",
        "exponent": find_exponent(code.currency),
        "idempotency_key": str(uuid4()),
    }
    status = 422 if error else 200
    return render(request, "wallet/counter_code.html", context, status=status)
