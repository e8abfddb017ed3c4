"""The operator's accounts at a bank, and how their CSV files are read."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from qr.references import encode_reference


class BankAccount(models.Model):
    """An account that holds customers' money: one in each currency is in use."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    iban = models.CharField(max_length=34, unique=True)
    bic = models.CharField(max_length=11, blank=True)
    holder = models.CharField(max_length=70)
    # Where the holder is: banks want the payer's address with each file.
    street = models.CharField(max_length=70, blank=True)
    building_number = models.CharField(max_length=16, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    is_in_use = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["currency"],
                condition=models.Q(is_in_use=True),
                name="banking_bankaccount_one_in_use_a_currency",
            )
        ]

    def __str__(self) -> str:
        return f"{self.iban} {self.currency}"

    @property
    def public_id(self) -> str:
        """Return the public reference, `ba_…`."""
        return encode_reference("ba", self.id)


class DateOrder(models.TextChoices):
    """The order of a date's parts, whatever stands between them."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"


class CsvMapping(models.Model):
    """Which column of a bank's CSV file means what; columns are named by their heads.

    `amount` has a sign, or `money_in` and `money_out` have none. Empty where the file has no
    such column.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    delimiter = models.CharField(max_length=1, default=";")
    encoding = models.CharField(max_length=20, default="utf-8-sig")
    decimal_mark = models.CharField(max_length=1, default=",")
    date_order = models.CharField(max_length=3, choices=DateOrder, default=DateOrder.DAY_FIRST)
    booked_on = models.CharField(max_length=60)
    valued_on = models.CharField(max_length=60, blank=True)
    amount = models.CharField(max_length=60, blank=True)
    money_in = models.CharField(max_length=60, blank=True)
    money_out = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=60, blank=True)
    party_name = models.CharField(max_length=60, blank=True)
    party_iban = models.CharField(max_length=60, blank=True)
    remittance = models.CharField(max_length=60, blank=True)
    bank_reference = models.CharField(max_length=60, blank=True)
    end_to_end_id = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    account_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], name="banking_csvmapping_named_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
