"""Fee invoices: one a shop, currency and month, numbered without a gap, never changed.

Each bills what the ledger took from the shop's payable account in fees, less what it gave back,
between the first midnight of the month and the next month's, in shop time.
"""

import logging
from collections.abc import Iterator
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from foundation.paging import Page, cut_page
from ledger.period_close import read_closed_until
from ledger.transactions import in_one_transaction
from merchants.e_invoices import check_e_invoice
from merchants.errors import InvoiceRefused, MonthNotOver
from merchants.fee_months import FeeSums, Month, find_month, go_on, sum_fees
from merchants.invoice_parties import describe_buyer, describe_seller
from merchants.invoice_terms import find_terms
from merchants.invoice_vat import decide_vat, take_out_vat
from merchants.models import FeeInvoice, MerchantBalance, Organisation, UnbilledMonth
from merchants.organisations import find_organisation
from merchants.queries import read_clock
from merchants.recipients import list_addresses
from qr.errors import PayloadInvalid
from qr.references import decode_reference
from relay.letters import send_letter

logger = logging.getLogger(__name__)
KIND = "fee_invoice"
PAGE_SIZE = 50
# Months that are over and still billed, after jobs stood still or terms came late; those before
# are noted, so that an operator decides.
_MONTHS_BACK, _MONTHS_NOTED = 3, 24
_TAKE_NUMBER = "SELECT merchants_take_invoice_number(year => %s)"


def issue_fee_invoice(balance: MerchantBalance, first_day: date) -> FeeInvoice | None:
    """Bill a month's fees once; again, or beside another beat, return the invoice.

    Number and invoice are written in one transaction: what is rolled back leaves no gap.
    None: there were no fees in the month.

    Raises:
        MonthNotOver: the ledger has not closed the month.
        InvoiceRefused: the operator's terms, or facts of the shop, are missing.
    """
    known = FeeInvoice.objects.filter(balance=balance, month=first_day)
    if (invoice := known.first()) is not None:
        return invoice
    try:
        return _issue(balance, find_month(first_day, balance.merchant.time_zone))
    except IntegrityError:
        # Another beat was first, and this one's number was given back.
        if (invoice := known.first()) is None:
            raise
        return invoice


def issue_due_invoices() -> None:
    """Bill the months that are over, of each shop and currency; safe to run twice at a time."""
    now = read_clock()
    # By the calendar that is furthest behind: no zone has a month before these.
    first = go_on(now.date().replace(day=1), months=-_MONTHS_NOTED - 1)
    billed = set(FeeInvoice.objects.filter(month__gte=first).values_list("balance_id", "month"))
    noted = set(UnbilledMonth.objects.values_list("balance_id", "month"))
    balances = MerchantBalance.objects.select_related("merchant").order_by("id")
    for balance in balances.iterator(chunk_size=500):
        try:
            today = now.astimezone(ZoneInfo(balance.merchant.time_zone)).date()
            for month in _list_months(today, back=_MONTHS_BACK, until=0):
                if (balance.id, month) not in billed:
                    _try_to_issue(balance, month)
            for month in _list_months(today, back=_MONTHS_NOTED, until=_MONTHS_BACK):
                if (balance.id, month) not in billed | noted:
                    _note_late(balance, month)
        except Exception:
            # A fault in one must not keep those after it, in each round anew.
            logger.exception("The fees of balance %s were not billed.", balance.id)


def list_unbilled() -> QuerySet[UnbilledMonth]:
    """List the months with fees that are not billed, the oldest first."""
    billed = FeeInvoice.objects.filter(balance=OuterRef("balance"), month=OuterRef("month"))
    months = UnbilledMonth.objects.filter(~Exists(billed))
    return months.select_related("balance__merchant").order_by("month", "id")


def sum_fees_of(unbilled: UnbilledMonth) -> int:
    """Return the fees of a month that was not billed, in minor units."""
    balance = unbilled.balance
    month = find_month(unbilled.month, balance.merchant.time_zone)
    return sum_fees(balance.payable_account_id, month).total_minor


def find_refusal(unbilled: UnbilledMonth) -> str:
    """Return why a month cannot be billed today; empty if it can."""
    balance, organisation = unbilled.balance, find_organisation()
    if organisation is None:
        return gettext("The installation is not set up.")
    month = find_month(unbilled.month, balance.merchant.time_zone)
    try:
        _plan(balance, month, sums=FeeSums(0, 0, 0, 0), organisation=organisation)
    except InvoiceRefused as refusal:
        return str(refusal)
    return ""


def list_fee_invoices(merchant_id: UUID | None = None) -> QuerySet[FeeInvoice]:
    """List the invoices, of one merchant or of all, the newest first."""
    invoices = FeeInvoice.objects.select_related("balance__merchant").order_by("-id")
    return invoices.filter(balance__merchant_id=merchant_id) if merchant_id else invoices


def page_fee_invoices(invoices: QuerySet[FeeInvoice], *, after: str) -> Page[FeeInvoice]:
    """Return one page of invoices.

    Raises:
        DoesNotExist: the cursor is not one of ours.
    """
    if after:
        invoices = invoices.filter(pk__lt=_decode(after))
    return cut_page(invoices, size=PAGE_SIZE, cursor=lambda each: each.public_id)


def find_fee_invoice(invoices: QuerySet[FeeInvoice], reference: str) -> FeeInvoice | None:
    """Find an invoice among those by its public reference."""
    try:
        return invoices.filter(pk=_decode(reference)).first()
    except FeeInvoice.DoesNotExist:
        return None


def _decode(reference: str) -> UUID:
    try:
        return decode_reference("fi", reference)
    except PayloadInvalid:
        raise FeeInvoice.DoesNotExist from None


def _list_months(today: date, *, back: int, until: int) -> Iterator[date]:
    this = today.replace(day=1)
    return (go_on(this, months=-each) for each in range(back, until, -1))


def _try_to_issue(balance: MerchantBalance, month: date) -> None:
    try:
        issue_fee_invoice(balance, month)
    except MonthNotOver:
        return
    except InvoiceRefused as refusal:
        logger.warning("The fees of %s in %s are not billed: %s", balance, month, refusal)
        _note(balance, month)


def _note_late(balance: MerchantBalance, first_day: date) -> None:
    month = find_month(first_day, balance.merchant.time_zone)
    if month.until <= balance.merchant.created_at:
        return
    if _has_fees(sum_fees(balance.payable_account_id, month)):
        _note(balance, first_day)


def _note(balance: MerchantBalance, month: date) -> None:
    note = UnbilledMonth(balance=balance, month=month)
    UnbilledMonth.objects.bulk_create([note], ignore_conflicts=True)


def _has_fees(sums: FeeSums) -> bool:
    return bool(sums.settled_minor or sums.by_hand_minor or sums.given_back_minor)


@in_one_transaction
def _issue(balance: MerchantBalance, month: Month) -> FeeInvoice | None:
    closed_until = read_closed_until()
    if closed_until is None or closed_until < month.until:
        raise MonthNotOver
    sums = sum_fees(balance.payable_account_id, month)
    if not _has_fees(sums):
        return None
    organisation = find_organisation()
    if organisation is None:
        raise InvoiceRefused(gettext("The installation is not set up."))
    invoice = _plan(balance, month, sums=sums, organisation=organisation)
    invoice.number = _take_number(invoice.year)
    check_e_invoice(invoice)
    invoice.save(force_insert=True)
    for address in list_addresses(balance.merchant_id):
        send_letter(KIND, subject=invoice.id, address=address)
    return invoice


def _plan(
    balance: MerchantBalance, month: Month, *, sums: FeeSums, organisation: Organisation
) -> FeeInvoice:
    terms = find_terms(month.first_day)
    if terms is None:
        raise InvoiceRefused(gettext("No terms of fee invoices are set for this month."))
    seller = describe_seller(organisation, terms)
    buyer = describe_buyer(balance.merchant)
    is_own_currency = balance.currency == organisation.currency
    vat = decide_vat(terms, seller=seller, buyer=buyer, is_own_currency=is_own_currency)
    today = read_clock().astimezone(ZoneInfo(organisation.time_zone)).date()
    return FeeInvoice(
        year=today.year,
        balance=balance,
        month=month.first_day,
        since=month.since,
        until=month.until,
        issued_on=today,
        currency=balance.currency,
        settled_count=sums.settled_count,
        settled_minor=sums.settled_minor,
        by_hand_minor=sums.by_hand_minor,
        given_back_minor=sums.given_back_minor,
        total_minor=sums.total_minor,
        vat_category=vat.category,
        vat_bps=vat.bps,
        vat_minor=take_out_vat(sums.total_minor, vat.bps),
        exemption=vat.exemption,
        seller=seller,
        buyer=buyer,
    )


def _take_number(year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_NUMBER, [year])
        (number,) = cursor.fetchone()
    return int(number)
