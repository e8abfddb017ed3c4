"""The console's pages of breaks: money that came or went, and nobody knows for whom."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from banking.errors import (
    AddressIncomplete,
    AddressUnwritable,
    BreakDecided,
    DecisionUnfit,
    NameUnwritable,
    OrderAlive,
    OrderDiffers,
)
from banking.ibans import group_iban
from banking.models import Break
from console.access import operators_only
from console.adjustments import find_recovery
from console.bank_decisions import (
    bear_break,
    credit_break,
    keep_break,
    send_break_back,
    split_break,
)
from console.errors import AskedAlready, OwnWallet
from console.forms_adjustments import RecoveryForm
from console.forms_bank import CreditForm, KeepForm, NoteForm, SendBackForm, SplitForm
from console.models import Operator, SecondLook
from console.money_in import find_break, find_wallets, list_breaks, sum_open_breaks
from console.second_looks import ask_to_credit, needs_second_look
from console.views_adjustments import ask_by
from console.views_runs import name_device
from foundation.forms import PageForm
from wallet.models import Wallet

_REFUSALS = (
    AddressIncomplete,
    AddressUnwritable,
    BreakDecided,
    DecisionUnfit,
    AskedAlready,
    NameUnwritable,
    OrderAlive,
    OrderDiffers,
    OwnWallet,
)
BreakView = Callable[[HttpRequest, Operator, Break], HttpResponseBase]


def of_break(view: BreakView) -> Callable[[HttpRequest, Operator, str], HttpResponseBase]:
    """Find the break, or answer 404."""

    @wraps(view)
    def guarded(request: HttpRequest, operator: Operator, reference: str) -> HttpResponseBase:
        row = find_break(reference)
        if row is None:
            raise Http404
        return view(request, operator, row)

    return guarded


@require_GET
@never_cache
@operators_only
def breaks(request: HttpRequest, operator: Operator) -> HttpResponse:
    """List the breaks: those that are open, or those that were decided."""
    status = request.GET.get("status", "open")
    try:
        rows, after = list_breaks(
            is_open=status != "decided", after=request.GET.get("after", "")
        )
    except Break.DoesNotExist:
        raise Http404 from None
    wallets = find_wallets(
        account for row in rows for account in (row.suggested_account_id, row.credit_account_id)
    )
    context = {
        "operator": operator,
        "status": "decided" if status == "decided" else "open",
        "waiting": sum_open_breaks(),
        "rows": [(row, wallets.get(_find_account(row))) for row in rows],
        "next_cursor": after,
    }
    return render(request, "console/breaks.html", context)


@require_GET
@never_cache
@operators_only
@of_break
def one_break(request: HttpRequest, operator: Operator, row: Break) -> HttpResponse:
    """Show a break, what is suggested, and what can be decided."""
    return _show(request, operator, row)


@require_POST
@never_cache
@operators_only
@of_break
def credit(request: HttpRequest, operator: Operator, row: Break) -> HttpResponse:
    """Credit the money to a wallet: the suggested one by one tap, or the one that was typed."""
    is_suggested = bool(request.POST.get("suggested"))
    suggested = _find_suggested(row) if is_suggested else None
    form = (
        NoteForm(request.POST)
        if is_suggested
        else CreditForm(request.POST, currency=row.currency)
    )

    def deed() -> object:
        wallet = suggested or form.cleaned_data["address"]
        note = form.cleaned_data["note"]
        if needs_second_look(row, wallet):
            device = name_device(request)
            return ask_to_credit(row, wallet, note=note, by=operator, device=device)
        return credit_break(row, wallet, note=note, by=operator, device=name_device(request))

    return _decide(request, operator, row, deed, form=form, name="credit_form")


@require_POST
@never_cache
@operators_only
@of_break
def send_back(request: HttpRequest, operator: Operator, row: Break) -> HttpResponse:
    """Send the money back: an order waits for the next run."""
    form = SendBackForm(request.POST, currency=row.currency)
    return _decide(
        request,
        operator,
        row,
        lambda: send_break_back(
            row,
            form.read_payee(),
            note=form.cleaned_data["note"],
            by=operator,
            device=name_device(request),
        ),
        form=form,
        name="send_back_form",
    )


@require_POST
@never_cache
@operators_only
@of_break
def keep(request: HttpRequest, operator: Operator, row: Break) -> HttpResponse:
    """Leave the money where it is, for now."""
    form = KeepForm(request.POST)
    return _decide(
        request,
        operator,
        row,
        lambda: keep_break(
            row, note=form.cleaned_data["note"], by=operator, device=name_device(request)
        ),
        form=form,
        name="keep_form",
    )


@require_POST
@never_cache
@operators_only
@of_break
def split(request: HttpRequest, operator: Operator, row: Break) -> HttpResponse:
    """Make two breaks of one."""
    form = SplitForm(request.POST, whole=row)

    def deed() -> object:
        sign = 1 if row.amount_minor > 0 else -1
        part_minor = sign * form.cleaned_data["amount"]
        parts = [part_minor, row.amount_minor - part_minor]
        return split_break(row, parts, by=operator, device=name_device(request))

    return _decide(request, operator, row, deed, form=form, name="split_form")


@require_POST
@never_cache
@operators_only
@of_break
def bear(request: HttpRequest, operator: Operator, row: Break) -> HttpResponse:
    """Bear money that went out."""
    form = NoteForm(request.POST)
    return _decide(
        request,
        operator,
        row,
        lambda: bear_break(
            row, note=form.cleaned_data["note"], by=operator, device=name_device(request)
        ),
        form=form,
        name="bear_form",
    )


@require_POST
@never_cache
@operators_only
@of_break
def recover(request: HttpRequest, operator: Operator, row: Break) -> HttpResponse:
    """Ask a second operator to take back a top-up that the bank took back."""
    form = RecoveryForm(request.POST, row=row)
    if row.amount_minor > 0:
        raise Http404
    if not form.is_valid():
        return _show(request, operator, row, forms={"recovery_form": form}, status=422)
    asked = ask_by(request, operator, form)
    return asked or _show(request, operator, row, forms={"recovery_form": form}, status=409)


def _decide(  # noqa: PLR0917  a page's request, and the deed with its form
    request: HttpRequest,
    operator: Operator,
    row: Break,
    deed: Callable[[], object],
    *,
    form: PageForm | None = None,
    name: str = "",
) -> HttpResponse:
    if form is not None and not form.is_valid():
        return _show(request, operator, row, forms={name: form}, status=422)
    try:
        made = deed()
    except _REFUSALS as refused:
        row.refresh_from_db()
        return _show(request, operator, row, refusal=str(refused), status=409)
    waits = isinstance(made, SecondLook)
    return redirect("console:second_looks" if waits else "console:breaks")


def _find_account(row: Break) -> UUID:
    # A break's own id is no account's.
    return row.credit_account_id or row.suggested_account_id or row.pk


def _find_suggested(row: Break) -> Wallet:
    wallet = find_wallets([row.suggested_account_id]).get(row.suggested_account_id or row.pk)
    if wallet is None:
        raise Http404
    return wallet


def _show(
    request: HttpRequest,
    operator: Operator,
    row: Break,
    *,
    forms: dict[str, PageForm] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    wallets = find_wallets([row.suggested_account_id, row.credit_account_id])
    context = {
        "operator": operator,
        "row": row,
        "entry": row.entry,
        "iban": group_iban(row.entry.party_iban),
        "is_open": row.carried_out_at is None and row.decision in {"", "keep"},
        "suggested": wallets.get(row.suggested_account_id or row.pk),
        "credited": wallets.get(row.credit_account_id or row.pk),
        "credit_form": CreditForm(currency=row.currency),
        "send_back_form": SendBackForm.of(row),
        "keep_form": KeepForm(),
        "split_form": SplitForm(whole=row),
        "bear_form": NoteForm(),
        "recovery_form": RecoveryForm(row=row),
        "recovery": find_recovery(row),
        "refusal": refusal,
    }
    return render(request, "console/break.html", context | (forms or {}), status=status)
