"""The money a merchant is owed: open lines, and the settlements that close over them."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from banking.models import Entry, FileStatus, Order, OrderStatus
from merchants.models.fee_rules import FeeVersion
from merchants.models.holds import PayoutHold
from merchants.models.places import Merchant, Store
from merchants.periods import Period, find_period
from qr.references import encode_reference


class MerchantBalance(models.Model):
    """A merchant's money in one currency; locked by each closing and each refund."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="balances")
    currency = models.CharField(max_length=3)
    payable_account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+")
    receivable_account = models.ForeignKey("ledger.Account", models.PROTECT, related_name="+")
    settled_until = models.DateTimeField(db_default=Now())
    # Whoever closes it leases it first, and writes by the number that the lease drew: a
    # worker that was paused beyond its lease holds an old one, and writes nothing.
    fence = models.PositiveBigIntegerField(default=0, db_default=0)
    leased_until = models.DateTimeField(null=True)

    merchant_id: UUID
    payable_account_id: UUID
    receivable_account_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "currency"], name="merchants_merchantbalance_one_a_currency"
            )
        ]

    def __str__(self) -> str:
        return f"{self.merchant} {self.currency}"


class Settlement(models.Model):
    """A closed settlement: opening + sales - refunds - fees + adjusted - payout = closing."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    balance = models.ForeignKey(MerchantBalance, models.PROTECT, related_name="settlements")
    number = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField()
    opening_minor = models.BigIntegerField()
    sales_count = models.PositiveIntegerField()
    sales_minor = models.BigIntegerField()
    refunds_count = models.PositiveIntegerField()
    refunds_minor = models.BigIntegerField()
    # The tips within sales and within refunds: no turnover of the shop's.
    tips_minor = models.BigIntegerField(default=0, db_default=0)
    refunded_tips_minor = models.BigIntegerField(default=0, db_default=0)
    fees_minor = models.BigIntegerField()
    # What operators brought by hand, less what they took.
    adjusted_minor = models.BigIntegerField(default=0, db_default=0)
    payout_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    payout_due_on = models.DateField(null=True)
    # How its file for programs is written, which its checksum is of: 2 names the payment method
    # and the fee rule of each line, 1 does not.
    form = models.PositiveSmallIntegerField(default=2, db_default=2)

    balance_id: UUID
    # The payout's last order, as `merchants.payouts.load_payouts` has found it.
    payout_order: Order | None
    # The hold on its merchant's payouts, found with it.
    payout_hold: PayoutHold | None = None
    # The bank's entry of it, as `merchants.owed.load_bank_references` has found it.
    payout_entry: Entry | None = None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["balance", "number"], name="merchants_settlement_numbered"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    closing_minor=models.F("opening_minor")
                    + models.F("sales_minor")
                    - models.F("refunds_minor")
                    - models.F("fees_minor")
                    + models.F("adjusted_minor")
                    - models.F("payout_minor")
                ),
                name="merchants_settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(payout_minor__gte=0),
                name="merchants_settlement_payout_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.balance} {self.number}"

    @property
    def period(self) -> Period:
        """Return the days it covers; its balance's merchant must be loaded."""
        zone = self.balance.merchant.time_zone
        return find_period(self.opened_at, self.closed_at, time_zone=zone)

    @property
    def public_id(self) -> str:
        """Return the public reference, `se_…`."""
        return encode_reference("se", self.id)

    @property
    def lines_count(self) -> int:
        """Return how many sales and refunds are in it."""
        return self.sales_count + self.refunds_count

    @property
    def payout_status(self) -> str:
        """Return how far the payout is; its order must be loaded."""
        if not self.payout_minor:
            return "none"
        order = self.payout_order
        if self.payout_hold is not None and (order is None or _can_wait(order)):
            return "held"
        return "waits_for_bank_account" if order is None else order.status


def _can_wait(order: Order) -> bool:
    is_pending = order.status == OrderStatus.PENDING
    return is_pending and (order.file is None or order.file.status == FileStatus.DRAFT)


class LineKind(models.TextChoices):
    """The kinds of settlement lines."""

    SALE = "sale"
    REFUND = "refund"


class SettlementLine(models.Model):
    """A captured charge or a refund; its id is the charge's or the refund's own.

    The primary key allows one line each, and one column holds the settlement, so nothing can be
    in two settlements.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    balance = models.ForeignKey(
        MerchantBalance, models.PROTECT, related_name="+", db_index=False
    )
    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=6, choices=LineKind)
    charge_id = models.UUIDField()
    short_code = models.CharField(max_length=8)
    reference = models.CharField(max_length=64, blank=True)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    # Within the amount.
    tip_minor = models.BigIntegerField(default=0, db_default=0)
    is_receivable = models.BooleanField(default=False)
    at = models.DateTimeField()
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, related_name="lines", null=True, db_index=False
    )

    balance_id: UUID
    store_id: UUID
    settlement_id: UUID | None
    # A refund's sale, if it is in an earlier settlement and `load_older_sales` has found it.
    older_sale: "SettlementLine | None" = None
    # The rule of a sale's fee, as `merchants.fee_versions.load_versions` has found it.
    fee_version: FeeVersion | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0)
                & models.Q(fee_minor__gte=0)
                & models.Q(fee_minor__lte=models.F("amount_minor")),
                name="merchants_line_fee_within_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(tip_minor__gte=0)
                & models.Q(tip_minor__lte=models.F("amount_minor")),
                name="merchants_line_tip_within_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["balance", "at"],
                condition=models.Q(settlement=None),
                name="merchants_line_open",
            ),
            models.Index(
                fields=["settlement", "at", "id"], name="merchants_line_of_settlement"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"

    @property
    def charge_ref(self) -> str:
        """Return the public reference of the charge, `ch_…`."""
        return encode_reference("ch", self.charge_id)

    @property
    def refund_ref(self) -> str:
        """Return the public reference of the refund, `rf_…`; empty for a sale."""
        return encode_reference("rf", self.id) if self.kind == LineKind.REFUND else ""

    @property
    def short_code_grouped(self) -> str:
        """Return the sale's short code as till, phone and receipt show it, `7K4M-92QX`."""
        return f"{self.short_code[:4]}-{self.short_code[4:]}"

    @property
    def signed_minor(self) -> int:
        """Return the amount as the merchant sees it: refunds are negative."""
        return self.amount_minor if self.kind == LineKind.SALE else -self.amount_minor

    @property
    def net_minor(self) -> int:
        """Return the amount this line adds to the payout, in minor units."""
        return self.signed_minor - self.fee_minor
