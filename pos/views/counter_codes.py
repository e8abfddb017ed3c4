"""The dashboard's stores and counter codes, and the public keys that verify the codes."""

from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from foundation.fields import is_plain
from foundation.idempotency import IdempotencyMismatch, hash_request
from ledger.errors import AmountUnreadable
from ledger.money import format_money
from ledger.typed import read_money
from merchants.access import (
    Staff,
    can_manage,
    list_own_stores,
    managers_only,
    name_actor,
    of_store,
    staff_only,
)
from merchants.models import CodeFormat, Store
from merchants.onboarding import choose_code_format, reopen_store, set_till_rules
from pos.counter_codes import (
    NewCounterCode,
    create_counter_code,
    find_counter_code,
    revoke_counter_code,
)
from pos.errors import (
    CapTooLarge,
    CounterCodeRevoked,
    CounterCodeUnknown,
    PagesWait,
    PlaceUnreadable,
    TillMoved,
)
from pos.models import CounterCode, Terminal
from pos.print.sheets import SheetSize, draw_sheet
from pos.print.typesetter import PagesFailed
from pos.queries import list_stores_with_codes
from pos.signing import list_public_keys
from pos.terminals import stop_store
from qr.signed import write_jwk

_KEYS_LIFE_S = 3600
_PLACE_LENGTH_MAX = 40
# The form field of each refusal, and the answer's status.
_REFUSALS: dict[type[Exception], tuple[str, int]] = {
    PlaceUnreadable: ("place", 422),
    AmountUnreadable: ("cap", 422),
    CapTooLarge: ("cap", 422),
    IdempotencyMismatch: ("place", 409),
    TillMoved: ("place", 409),
}


@require_GET
def publish_keys(_request: HttpRequest) -> HttpResponse:
    """Publish the keys of counter codes as JSON Web Keys (RFC 7517)."""
    keys = [write_jwk(key) for key in list_public_keys().values()]
    answer = JsonResponse({"keys": keys}, content_type="application/jwk-set+json")
    answer["Cache-Control"] = f"public, max-age={_KEYS_LIFE_S}"
    # Any page may fetch the keys to check a code.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_GET
@never_cache
@staff_only
def stores(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List stores with what their tills show and their counter codes."""
    return _show_stores(request, staff)


@require_POST
@staff_only
@managers_only
@of_store
def print_code(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Make a code for print."""
    try:
        code = create_counter_code(store, _read_wish(request, store), actor=name_actor(staff))
    except tuple(_REFUSALS) as refusal:
        field, status = _REFUSALS[type(refusal)]
        refused = {"store": store.public_id, field: _explain(refusal, store.currency)}
        return _show_stores(request, staff, refused=refused, status=status)
    return _go_to(store, made=code.public_id)


@require_POST
@staff_only
@managers_only
@of_store
def choose_format(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Choose the format of the tills' codes."""
    wanted = request.POST.get("code_format", "")
    if wanted not in CodeFormat:
        return _go_to(store)
    choose_code_format(store, CodeFormat(wanted))
    return _go_to(store, saved=store.public_id)


@require_POST
@staff_only
@managers_only
@of_store
def choose_cash(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Choose whether the tills take cash, and whether their closings are mailed."""
    set_till_rules(
        store,
        takes_cash="takes_cash" in request.POST,
        mails_closings="mails_closings" in request.POST,
    )
    return _go_to(store, cash=store.public_id)


@require_POST
@staff_only
@managers_only
@of_store
def close(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Close the store to payments."""
    stop_store(store, actor=name_actor(staff))
    return _go_to(store)


@require_POST
@staff_only
@managers_only
@of_store
def reopen(request: HttpRequest, staff: Staff, store: Store) -> HttpResponse:
    """Reopen the store for payments."""
    reopen_store(store)
    return _go_to(store)


@require_POST
@staff_only
@managers_only
def revoke_code(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Revoke a counter code."""
    code = _find_code(staff, reference)
    revoke_counter_code(code, actor=name_actor(staff))
    return _go_to(code.store)


@require_GET
@staff_only
def sheet(request: HttpRequest, staff: Staff, reference: str) -> HttpResponse:
    """Return the page of a counter code as PDF."""
    size = request.GET.get("size", "")
    code = _find_code(staff, reference)
    if size not in list(SheetSize) or code.is_revoked:
        raise Http404
    return answer_sheet(code, SheetSize(size))


def answer_sheet(code: CounterCode, size: SheetSize) -> HttpResponse:
    """Return a counter code's page as PDF.

    Raises:
        CounterCodeRevoked: the code was revoked, and is not printed any more.
        PagesWait: it cannot be drawn just now.
    """
    if code.is_revoked:
        raise CounterCodeRevoked
    try:
        pages = draw_sheet(code, size)
    except PagesFailed:
        raise PagesWait from None
    answer = HttpResponse(pages, content_type="application/pdf")
    name = f"tessera-{code.short_code}-{size}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _show_stores(
    request: HttpRequest,
    staff: Staff,
    *,
    refused: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "merchant": staff.merchant,
        "works_at": staff.store,
        "staff": staff,
        "can_manage": can_manage(staff),
        "stores": list_stores_with_codes(list_own_stores(staff)),
        "refused": refused or {},
        "typed": request.POST,
        "made": request.GET.get("made", ""),
        "saved": request.GET.get("saved", ""),
        "saved_cash": request.GET.get("cash", ""),
        "sizes": SheetSize,
        "cap_max_minor": settings.COUNTER_CAP_DAY_MINOR,
        "idempotency_key": str(uuid4()),
    }
    return render(request, "pos/stores.html", context, status=status)


def _read_wish(request: HttpRequest, store: Store) -> NewCounterCode:
    place = " ".join(request.POST.get("place", "").split())
    if not place or len(place) > _PLACE_LENGTH_MAX or not is_plain(place):
        raise PlaceUnreadable
    till, cap = request.POST.get("terminal", ""), request.POST.get("cap", "").strip()
    terminals = Terminal.objects.filter(store=store)
    terminal = next((each for each in terminals if each.public_id == till), None)
    cap_minor = read_money(cap, store.currency) if cap else None
    body = {"place": place, "terminal": till, "cap": cap_minor}
    key = request.POST.get("idempotency_key", "")[:255]
    return NewCounterCode(
        place=place,
        terminal=terminal,
        cap_minor=cap_minor,
        idempotency_key=key if key and key.isprintable() else str(uuid4()),
        request_hash=hash_request("print", principal_id=store.id, body=body),
    )


def _explain(refusal: Exception, currency: str) -> str:
    if isinstance(refusal, CapTooLarge):
        most = format_money(refusal.cap_max_minor, currency)
        words = gettext("A customer pays at most %(most)s a day by counter codes.")
        return words % {"most": most}
    if isinstance(refusal, IdempotencyMismatch):
        # The browser kept an old form; this page has a fresh one.
        return gettext(
            "Another code was made with this form. To make this one too, press again."
        )
    return str(refusal)


def _find_code(staff: Staff, reference: str) -> CounterCode:
    try:
        code = find_counter_code(staff.merchant_id, reference)
    except CounterCodeUnknown:
        raise Http404 from None
    if staff.store_id not in {None, code.store_id}:
        raise Http404
    return code


def _go_to(store: Store, **said: str) -> HttpResponse:
    response = redirect("pos:stores")
    if said:
        response["Location"] += f"?{urlencode(said)}"
    response["Location"] += f"#{store.public_id}"
    return response
