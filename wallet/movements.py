"""A wallet's movements: its account's statement, as people read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from banking.models import Adjustment
from foundation.model_sql import JoinedRows
from foundation.paging import Page, cut_page
from ledger.chart import Side
from ledger.statements import END, StatementLine, find_instant, list_latest
from pos.errors import NotFound
from pos.models import Refund
from pos.places import list_paths, write_joins
from pos.queries import read_reference
from qr.references import encode_reference
from wallet.models import Payment, Wallet

PAGE_SIZE = 30
_PREFIX = "mv"
_OF_ORDERS = {"redeem", "bounce", "return"}
_TITLES: dict[str, Promise] = {
    "top_up": gettext_lazy("Top-up"),
    "redeem": gettext_lazy("To your bank account"),
    "bounce": gettext_lazy("Refused by the bank"),
    "return": gettext_lazy("Came back from the bank"),
    "adjust": gettext_lazy("Corrected by hand"),
}
_PAID = JoinedRows(
    Payment,
    "charge",
    *list_paths("charge__"),
    sql=f"""
        SELECT {{columns}}
          FROM wallet_payment payment JOIN pos_charge charge ON charge.id = payment.charge_id
          {write_joins("charge__")}
         WHERE payment.wallet_id = %s AND payment.charge_id = ANY (%s)
    """,  # noqa: S608  the names are ours
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of a wallet's statement, with the payment or refund it belongs to.

    `zone` is the shop's; for money from elsewhere, that of the shop nearest in time.
    """

    line: StatementLine
    currency: str
    payment: Payment | None
    refund: Refund | None
    zone: tzinfo
    # Why an operator moved it, in the operator's words; empty of all else.
    reason: str

    @property
    def public_id(self) -> str:
        """Return the public reference, `mv_…`."""
        return _name_line(self.line)

    @property
    def amount_minor(self) -> int:
        """Return the change of the balance in minor units; negative for payments."""
        amount_minor = self.line.amount_minor
        return amount_minor if self.line.side == Side.CREDIT else -amount_minor

    @property
    def day(self) -> date:
        """Return its date in its zone."""
        return timezone.localdate(self.line.posted_at, self.zone)

    @property
    def order_ref(self) -> str:
        """Return the reference of the redemption it belongs to, `po_…`; empty without one."""
        return self.line.reference if self.line.kind in _OF_ORDERS else ""

    @property
    def title(self) -> str:
        """Return its title for people: the shop, or where the money came from."""
        if self.payment is not None:
            return self.payment.charge.store.name
        if self.line.kind in _TITLES:
            return str(_TITLES[self.line.kind])
        return gettext("Money in") if self.amount_minor > 0 else gettext("Money out")


def page_movements(wallet: Wallet, *, after: str, size: int = PAGE_SIZE) -> Page[Movement]:
    """Return one page of a wallet's movements, newest first.

    Raises:
        NotFound: the cursor is not one of ours.
    """
    lines = list_latest(
        wallet.account_id, before=_read_place(wallet, after), count_max=size + 1
    )
    page = cut_page(lines, size=size, cursor=_name_line)
    return Page(_explain(wallet, page.rows), page.next)


def _name_line(line: StatementLine) -> str:
    return encode_reference(_PREFIX, line.transfer_id)


def _read_place(wallet: Wallet, after: str) -> tuple[datetime, UUID]:
    if not after:
        return END
    transfer_id = read_reference(_PREFIX, after)
    instant = find_instant(wallet.account_id, transfer_id)
    if instant is None:
        raise NotFound("cursor")
    return instant, transfer_id


def _explain(wallet: Wallet, lines: Sequence[StatementLine]) -> list[Movement]:
    # A capture is posted under its charge's id, and a refund under its own.
    ids = [line.transfer_id for line in lines]
    refunds = _find_refunds(lines)
    charges = [*ids, *(refund.charge_id for refund in refunds.values())]
    payments = {payment.charge_id: payment for payment in _PAID.list([wallet.id, charges])}
    found = [payments.get(refunds[key].charge_id if key in refunds else key) for key in ids]
    zones, reasons = _fill_zones(found), _find_reasons(lines)
    return [
        Movement(
            line=line,
            currency=wallet.currency,
            payment=payment,
            refund=refunds.get(line.transfer_id),
            zone=zone,
            reason=reasons.get(line.transfer_id, ""),
        )
        for line, payment, zone in zip(lines, found, zones, strict=True)
    ]


def _find_refunds(lines: Sequence[StatementLine]) -> dict[UUID, Refund]:
    ids = [line.transfer_id for line in lines if line.kind == "refund"]
    if not ids:
        return {}
    refunds = Refund.objects.filter(pk__in=ids).only("id", "charge_id")
    return {refund.id: refund for refund in refunds}


def _find_reasons(lines: Sequence[StatementLine]) -> dict[UUID, str]:
    ids = [line.transfer_id for line in lines if line.kind == "adjust"]
    if not ids:
        return {}
    return dict(Adjustment.objects.filter(pk__in=ids).values_list("id", "reason"))


def _fill_zones(payments: Iterable[Payment | None]) -> list[tzinfo]:
    named = [
        ZoneInfo(payment.charge.store.time_zone) if payment else None for payment in payments
    ]
    last: tzinfo = next(filter(None, named), None) or timezone.get_current_timezone()
    zones = []
    for zone in named:
        last = zone or last
        zones.append(last)
    return zones
