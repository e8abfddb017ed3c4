"""The phone's pages; all of them work before, and without, any script."""

import contextlib
from dataclasses import fields
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.idempotency import IdempotencyMismatch
from identity.devices import read_device, remember_device
from identity.errors import PinLocked, PinWrong, SignInLocked, SignInRefused
from identity.sign_in import end_session, identify_by_pin, start_session
from ledger.errors import AmountUnreadable, TransferRefused
from ledger.money import AMOUNT_MINOR_MAX
from ledger.queries import read_available, read_balance
from merchants.access import activate_time_zone
from pos.counter_codes import read_counter_code
from pos.errors import (
    ChargeNotPayable,
    NotFound,
    SigningKeyWithdrawn,
    TipsNotTaken,
    TipTooLarge,
)
from pos.models import Charge, ChargeStatus
from pos.queries import find_by_token, list_refunds, read_reference
from pos.tips import read_tip, tip_charge
from qr.errors import PayloadInvalid
from qr.links import decode_link, decode_token
from qr.signed import decode_counter_link
from relay.pages import end_on_commit
from wallet.access import keep_currency, keep_session, read_next, wallet_only
from wallet.authentication import CURRENCY_COOKIE, WALLET_COOKIE, read_wallet
from wallet.claims import decline_charge, find_claim_on
from wallet.currencies import find_in, list_balances, list_offered
from wallet.errors import (
    AmountChanged,
    ClaimUnknown,
    PinRequired,
    WalletFrozen,
    WalletLimitReached,
    WalletMissing,
)
from wallet.models import Wallet
from wallet.movements import PAGE_SIZE, page_movements
from wallet.pay_screen import PayScreen, claim_for_page
from wallet.payments import confirm_charge, hash_confirmation, read_pin
from wallet.queries import find_own_payment
from wallet.redemptions import list_waiting
from wallet.topics import session_topic
from wallet.tries import list_recent_tries, page_tries
from wallet.wallets import has_wallet

# The home is looked at after each payment, for the newest: more is one tap away.
_NEWEST = 12
_CLAIM_OVER = _("Your minute was over. Nothing was taken. Confirm again to pay.")


@require_GET
@never_cache
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Open a charge's link: sign in if needed, claim, and ask to confirm.

    Opening the page claims on purpose (docs/decisions/0005): it moves no money, lapses in a
    minute, and only a signed-in person's own browser can do it.
    """
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return HttpResponse(status=204)
    charge = _find_charge(token)
    wallet = _read_payer(request, charge)
    if charge is not None:
        activate_time_zone(charge.store.time_zone)
    if charge is None:
        return render(request, "wallet/pay.html", {"state": "unknown"}, status=404)
    if wallet is None:
        context = {"charge": charge, "next": request.path, "login": "", "error": ""}
        return render(request, "wallet/sign_in.html", context)
    # Whatever the page asks for from now on is about the wallet that pays.
    return keep_currency(_show(request, claim_for_page(wallet, charge)), wallet)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Pay by the form without script.

    A GET (a phone that restores its tabs, or the way back from sign-in) shows the page that
    asks to confirm.
    """
    charge = _find_charge(token)
    wallet = _read_payer(request, charge)
    if charge is None or wallet is None or request.method == "GET":
        return redirect("wallet:pay", token=token)
    activate_time_zone(charge.store.time_zone)
    try:
        claim = find_claim_on(wallet, charge.id)
        seen_minor = _read_minor(request, "amount_minor")
        confirm_charge(
            wallet,
            claim.id,
            pin=read_pin(request.POST.get("pin", "")),
            seen_minor=seen_minor,
            idempotency_key=_read_key(request) or claim.public_id,
            request_hash=hash_confirmation(claim.public_id, seen_minor=seen_minor),
        )
    except (PinRequired, PinWrong, PinLocked) as refusal:
        return _ask_again(request, claim_for_page(wallet, charge), refusal)
    except AmountChanged as refusal:
        screen = claim_for_page(wallet, charge)
        screen.error = str(refusal)
        return _show(request, screen, status=409)
    except ChargeNotPayable:
        screen = claim_for_page(wallet, charge)
        screen.error = str(_CLAIM_OVER) if screen.claim else ""
        return _show(request, screen, status=409)
    except (
        ClaimUnknown,
        TransferRefused,
        IdempotencyMismatch,
        WalletFrozen,
        WalletLimitReached,
    ):
        # The page itself shows the present state, whatever the refusal was.
        pass
    return redirect("wallet:pay", token=token)


@require_http_methods(["GET", "POST"])
@wallet_only
def tip(request: HttpRequest, wallet: Wallet, token: str) -> HttpResponse:
    """Put a tip on the charge: one that the page offers, none, or the one that was typed.

    A GET, of a tab that is restored after a refusal, shows the page that asks.
    """
    charge = _find_charge(token)
    if charge is None or request.method == "GET":
        return redirect("wallet:pay", token=token)
    activate_time_zone(charge.store.time_zone)
    payer = find_in(wallet, charge.currency)
    try:
        tip_minor = read_tip(request.POST, charge.currency)
        tip_charge(charge, payer_account_id=payer.account_id, tip_minor=tip_minor)
    except (AmountUnreadable, TipsNotTaken, TipTooLarge) as refusal:
        screen = claim_for_page(payer, charge)
        screen.tip_error = str(refusal)
        screen.tip_typed = request.POST.get("typed", "")
        return keep_currency(_show(request, screen, status=422), payer)
    # What the page shows next is the truth, whether or not the charge was still held.
    return redirect("wallet:pay", token=token)


@require_POST
@wallet_only
def decline(request: HttpRequest, wallet: Wallet, token: str) -> HttpResponse:
    """Decline the charge."""
    charge = _find_charge(token)
    if charge is not None:
        with contextlib.suppress(ClaimUnknown):
            payer = find_in(wallet, charge.currency)
            decline_charge(find_claim_on(payer, charge.id))
    return redirect("wallet:declined", token=token)


@require_GET
@never_cache
@wallet_only
def declined(request: HttpRequest, wallet: Wallet, token: str) -> HttpResponse:
    """Show that nothing was taken, unless it was; this page claims nothing."""
    charge = _find_charge(token)
    if charge is None:
        raise Http404
    if charge.status == ChargeStatus.CAPTURED:
        # Paid before it was declined, or paid after all and reached by going back.
        return redirect("wallet:pay", token=token)
    activate_time_zone(charge.store.time_zone)
    payer = find_in(wallet, charge.currency)
    return _show(request, PayScreen("declined", charge, payer))


@require_http_methods(["GET", "POST"])
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in by phone number or e-mail and PIN."""
    wanted = read_next(request)
    refusal: Exception | None = None
    if request.method == "POST":
        try:
            return _let_in(request, to=wanted or "wallet:home")
        except (SignInRefused, SignInLocked, WalletMissing) as found:
            refusal = found
    payee = _find_payee(request, wanted)
    if charge := payee.get("charge"):
        activate_time_zone(charge.store.time_zone)
    context = {
        "login": request.POST.get("login", ""),
        "error": str(refusal or ""),
        "locked_until": getattr(refusal, "until", None),
        "next": wanted,
        **payee,
    }
    return render(request, "wallet/sign_in.html", context, status=403 if refusal else 200)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End this device's session and its streams."""
    ended = end_session(request.COOKIES.get(WALLET_COOKIE, ""))
    end_on_commit(*session_topic(ended))
    response = redirect("wallet:sign_in")
    response.delete_cookie(WALLET_COOKIE)
    response.delete_cookie(CURRENCY_COOKIE)
    return response


@require_GET
@never_cache
@wallet_only
def home(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show the balance, and by day the movements that led to it."""
    before = request.GET.get("after", "")
    size = PAGE_SIZE if before else _NEWEST
    try:
        page, after = page_movements(wallet, after=before, size=size)
    except NotFound:
        raise Http404 from None
    days = groupby(page, key=attrgetter("day"))
    available_minor = read_available(wallet.account_id)
    tries = [] if before else list_recent_tries(wallet)
    newest = [row.public_id for row in page[:1]] + [str(row.pk) for row in tries[:1]]
    balance_minor = read_balance(wallet.account_id)
    context = {
        "wallet": wallet,
        "user": wallet.user,
        "balance_minor": balance_minor,
        "leaving": list_waiting(wallet) if available_minor != balance_minor else [],
        "available_minor": available_minor,
        "currency": wallet.currency,
        "others": [] if before else list_balances(wallet),
        "offered": [] if before else list_offered(wallet),
        "tries": tries,
        "version": " ".join([*newest, str(available_minor)]),
        "days": [(day, list(rows)) for day, rows in days],
        "next_cursor": after,
    }
    return render(request, "wallet/home.html", context)


@require_GET
@never_cache
@wallet_only
def tries(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Show the payer's failed payments, with the reasons."""
    try:
        page, after = page_tries(wallet, after=request.GET.get("after", ""))
    except NotFound:
        raise Http404 from None
    return render(request, "wallet/tries.html", {"tries": page, "next_cursor": after})


@require_GET
@never_cache
@wallet_only
def payment(request: HttpRequest, wallet: Wallet, reference: str) -> HttpResponse:
    """Show one payment and its refunds."""
    try:
        found = find_own_payment(wallet, read_reference("py", reference))
    except NotFound:
        found = None
    if found is None:
        raise Http404
    activate_time_zone(found.charge.store.time_zone)
    context = {
        "payment": found,
        "charge": found.charge,
        "refunds": list_refunds(found.charge),
        "receipt_url": found.charge.receipt_url,
    }
    return render(request, "wallet/payment.html", context)


def _let_in(request: HttpRequest, *, to: str) -> HttpResponse:
    device = read_device(request)
    user = identify_by_pin(
        request.POST.get("login", ""), pin=request.POST.get("pin", ""), device=device
    )
    if not has_wallet(user):
        raise WalletMissing
    secret = start_session(user, device_name=request.headers.get("User-Agent", ""))
    return remember_device(keep_session(redirect(to), secret), device, user.id)


def _ask_again(
    request: HttpRequest, screen: PayScreen, refusal: PinRequired | PinWrong | PinLocked
) -> HttpResponse:
    screen.error = str(refusal)
    if screen.state == "confirm":
        screen.state = "pin"
    screen.needs_pin = True
    screen.pin_tries_left = getattr(refusal, "tries_left", None)
    screen.pin_locked_until = getattr(refusal, "until", None)
    return _show(request, screen, status=403)


def _show(request: HttpRequest, screen: PayScreen, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {f.name: getattr(screen, f.name) for f in fields(screen)}
    return render(request, "wallet/pay.html", context, status=status)


def _read_key(request: HttpRequest) -> str:
    key = request.POST.get("idempotency_key", "")[:255]
    # Our own form sends a UUID. The database cannot keep a NUL, and nobody can read the rest.
    return key if key.isprintable() else ""


def _read_minor(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(AMOUNT_MINOR_MAX))
    return int(text) if is_number else None


def _find_charge(token: str) -> Charge | None:
    try:
        return find_by_token(decode_token(token))
    except PayloadInvalid:
        return None


def _read_payer(request: HttpRequest, charge: Charge | None) -> Wallet | None:
    wallet = read_wallet(request)
    return wallet if wallet is None or charge is None else find_in(wallet, charge.currency)


def _find_payee(request: HttpRequest, address: str) -> dict[str, Any]:
    # The payee of the page to go on to, if it is a payment's.
    with contextlib.suppress(PayloadInvalid):
        _, token = decode_link(request.build_absolute_uri(address))
        return {"charge": find_by_token(token)}
    with contextlib.suppress(PayloadInvalid, SigningKeyWithdrawn):
        _, payload = decode_counter_link(request.build_absolute_uri(address))
        return {"counter_code": read_counter_code(payload)}
    return {}
