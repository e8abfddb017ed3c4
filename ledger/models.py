"""Accounts and append-only transfers between them."""

from enum import StrEnum
from uuid import UUID

import uuid6
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from ledger.chart import AccountKind, Phase, Side

_MOVES_OR_HOLDS = models.Q(phase__in=[Phase.SINGLE, Phase.PENDING])
_ENDS_A_HOLD = models.Q(phase__in=[Phase.POST, Phase.VOID, Phase.EXPIRE])


def _name_choices(codes: type[StrEnum]) -> list[tuple[str, str]]:
    return [(code.value, code.replace("_", " ").title()) for code in codes]


class ChartKind(models.Model):
    """A kind of account that may be opened; `ledger/chart.py` fills it."""

    kind = models.CharField(primary_key=True, max_length=16)
    normal_side = models.CharField(max_length=6)
    may_go_negative = models.BooleanField()

    def __str__(self) -> str:
        return self.kind


class ChartEvent(models.Model):
    """Which kinds of account an event may debit and credit; filled like the kinds."""

    pk = models.CompositePrimaryKey("event", "debit_kind", "credit_kind")
    event = models.CharField(max_length=16)
    debit_kind = models.CharField(max_length=16)
    credit_kind = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.event}: {self.debit_kind} to {self.credit_kind}"


class Account(models.Model):
    """An account: a kind, a currency and, where it may not go negative, a balance.

    `held_minor` is the part of the balance that open holds reserve.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    # A foreign key to the chart, by constraint.
    kind = models.CharField(max_length=16, choices=_name_choices(AccountKind))
    currency = models.CharField(max_length=3)
    normal_side = models.CharField(max_length=6, choices=_name_choices(Side))
    may_go_negative = models.BooleanField(default=True)
    balance_minor = models.BigIntegerField(default=0, db_default=0)
    held_minor = models.BigIntegerField(default=0, db_default=0)
    last_posted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(may_go_negative=True)
                | models.Q(balance_minor__gte=models.F("held_minor")),
                name="ledger_account_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(may_go_negative=False)
                | models.Q(balance_minor=0, held_minor=0),
                name="ledger_account_balance_only_where_limited",
            ),
            models.CheckConstraint(
                condition=models.Q(held_minor__gte=0), name="ledger_account_held_not_negative"
            ),
            models.UniqueConstraint(
                fields=["kind", "currency"],
                condition=models.Q(kind__in=["safeguard", "fee_income", "transit", "suspense"]),
                name="ledger_account_one_of_the_house",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} {self.id}"


class Transfer(models.Model):
    """An amount that went from a debit to a credit account; a trigger refuses changes.

    In the phases `single` and `post` the money moved. `pending` only holds it, until a later
    transfer, with this one's id as its `pending_id`, posts, voids or expires it.

    No foreign key constraints: posting checks both accounts, and they may one day be in
    different databases.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    debit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="debits", db_constraint=False, db_index=False
    )
    credit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="credits", db_constraint=False, db_index=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=16)
    reference = models.CharField(max_length=64)
    phase = models.CharField(
        max_length=8,
        choices=_name_choices(Phase),
        default=Phase.SINGLE,
        db_default=Phase.SINGLE,
    )
    pending_id = models.UUIDField(null=True)
    posted_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)

    debit_account_id: UUID
    credit_account_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="ledger_transfer_amount_positive"
            ),
            models.CheckConstraint(
                condition=~models.Q(debit_account=models.F("credit_account")),
                name="ledger_transfer_two_accounts",
            ),
            models.CheckConstraint(
                condition=(_ENDS_A_HOLD & models.Q(pending_id__isnull=False))
                | (_MOVES_OR_HOLDS & models.Q(pending_id__isnull=True)),
                name="ledger_transfer_ends_a_pending",
            ),
            models.CheckConstraint(
                condition=models.Q(phase=Phase.PENDING) | models.Q(expires_at__isnull=True),
                name="ledger_transfer_only_pending_expires",
            ),
            models.UniqueConstraint(
                fields=["pending_id"],
                condition=models.Q(pending_id__isnull=False),
                name="ledger_transfer_pending_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["debit_account", "posted_at"], name="ledger_transfer_debit"),
            models.Index(fields=["credit_account", "posted_at"], name="ledger_transfer_credit"),
            BrinIndex(
                fields=["posted_at"], autosummarize=True, name="ledger_transfer_posted_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency} {self.reference}"


class Hold(models.Model):
    """A pending transfer not yet posted, voided or expired; deleted when it is.

    It follows from the transfers; it exists to be found and locked.
    """

    pending_id = models.UUIDField(primary_key=True, editable=False)
    debit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="+", db_constraint=False
    )
    credit_account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="+", db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(expires_at__isnull=False),
                name="ledger_hold_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} held by {self.pending_id}"


class Checkpoint(models.Model):
    """An account's total debits and credits up to an instant.

    Taken at closed instants only, so it never changes; an invariant compares it with the
    transfers.
    """

    pk = models.CompositePrimaryKey("account_id", "taken_at")
    account = models.ForeignKey(
        Account, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    taken_at = models.DateTimeField()
    debited_minor = models.DecimalField(max_digits=40, decimal_places=0)
    credited_minor = models.DecimalField(max_digits=40, decimal_places=0)

    def __str__(self) -> str:
        return f"{self.account_id} at {self.taken_at}"


class PeriodClose(models.Model):
    """The one row that holds the instant up to which the books are final.

    No new transfer takes an instant up to `announced_until`; up to `closed_until` none is in
    progress either. Transactions numbered `seen_from` or higher have seen the announcement; it
    is null until that number is known.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    announced_until = models.DateTimeField(null=True)
    seen_from = models.BigIntegerField(null=True)
    closed_until = models.DateTimeField(null=True)
    checkpointed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_periodclose_one_row"),
            models.CheckConstraint(
                condition=models.Q(closed_until__lte=models.F("announced_until")),
                name="ledger_periodclose_announced_first",
            ),
        ]

    def __str__(self) -> str:
        return f"closed until {self.closed_until}"


class Seal(models.Model):
    """A hash over a range of closed history, chained to the seal before; never changes.

    Its range is all transfers after the previous seal's last one (by instant, then id), up to
    its own last one. `root` is the root of their Merkle tree.
    """

    number = models.BigIntegerField(primary_key=True)
    until_at = models.DateTimeField()
    until_id = models.UUIDField()
    count = models.IntegerField()
    root = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32, unique=True)
    hash = models.BinaryField(max_length=32, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gt=0, count__gt=0),
                name="ledger_seal_counts_from_one",
            ),
            models.UniqueConstraint(
                fields=["until_at", "until_id"], name="ledger_seal_until_once"
            ),
        ]

    def __str__(self) -> str:
        return f"seal {self.number} until {self.until_at}"


class SealLeaves(models.Model):
    """The leaves of a seal's tree in order: each transfer's id and its leaf's hash.

    They follow from the transfers. They are kept to identify a transfer that was changed or
    deleted.
    """

    seal = models.OneToOneField(
        Seal, models.DO_NOTHING, related_name="leaves", primary_key=True
    )
    leaves = models.BinaryField()

    seal_id: int

    def __str__(self) -> str:
        return f"leaves of seal {self.seal_id}"


class BookCheck(models.Model):
    """The result of one check of every invariant, by night or by hand; never changed.

    `broken` has a line for each invariant that failed: the claim and the first bad row.
    """

    began_at = models.DateTimeField()
    took_s = models.PositiveIntegerField()
    invariant_count = models.PositiveSmallIntegerField()
    broken = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["-began_at"], name="ledger_bookcheck_newest")]

    def __str__(self) -> str:
        return f"{self.invariant_count} invariants at {self.began_at}"
