"""The chart of accounts; docs/ledger.md tells who debits whom in each event."""

from django.db import models

from ledger.kinds import NATURES


class AccountKind(models.TextChoices):
    """The chart of accounts: what an account is for."""

    SAFEGUARD = "safeguard"
    WALLET = "wallet"
    TAKINGS = "takings"
    PAYABLE = "payable"
    RECEIVABLE = "receivable"
    FEE_INCOME = "fee_income"


class Side(models.TextChoices):
    """The side on which an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


DEBIT_KINDS = frozenset(kind for kind in AccountKind if NATURES[kind].side == Side.DEBIT)
LIMITED_KINDS = frozenset(kind for kind in AccountKind if not NATURES[kind].may_go_negative)


class Phase(models.TextChoices):
    """What a transfer does: move money, hold it, or end a hold by moving or freeing it."""

    SINGLE = "single"
    PENDING = "pending"
    POST = "post"
    VOID = "void"
    EXPIRE = "expire"
