"""How a shop keeps its books, program by program: facts about them, and accounts by purpose."""

from uuid import UUID

import uuid6
from django.db import models
from django.db.models.functions import Now

from identity.models import User
from merchants.models.places import Merchant


class BookFormat(models.TextChoices):
    """The accounting programs, or formats, for which journals are written."""

    DATEV = "datev", "DATEV"
    FEC = "fec", "FEC"
    SAGE = "sage", "Sage 50"
    XERO = "xero", "Xero"
    QUICKBOOKS = "quickbooks", "QuickBooks Online"
    IIF = "iif", "QuickBooks Desktop"


class Purpose(models.TextChoices):
    """What an account in the shop's books is for, as far as journals need one."""

    CLEARING = "clearing"
    SALES = "sales"
    REFUNDS = "refunds"
    FEES = "fees"
    ADJUSTMENTS = "adjustments"
    TRANSIT = "transit"
    BANK = "bank"


class Book(models.Model):
    """A shop's books in one program: only the facts that its format asks for are filled."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", db_index=False)
    format = models.CharField(max_length=10, choices=BookFormat)
    currency = models.CharField(max_length=3)
    # The month in which the financial year begins: 1 is January.
    year_begins = models.PositiveSmallIntegerField(default=1)
    # Of DATEV: the adviser's number, the client's, and how long account numbers are.
    adviser = models.CharField(max_length=7, blank=True)
    client = models.CharField(max_length=5, blank=True)
    account_length = models.PositiveSmallIntegerField(default=4)
    # Of France: the number of the business, and the journal's code.
    siren = models.CharField(max_length=9, blank=True)
    journal_code = models.CharField(max_length=6, blank=True)
    # How the program names "no tax".
    tax_word = models.CharField(max_length=50, blank=True)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField(db_default=Now())

    merchant_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "format"], name="merchants_book_one_a_format"
            ),
            models.CheckConstraint(
                condition=models.Q(year_begins__gte=1, year_begins__lte=12),
                name="merchants_book_year_begins_in_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant} in {self.format}"


class BookAccount(models.Model):
    """The account of a shop's books for a purpose; one that is not set has an empty number."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="accounts", db_index=False)
    purpose = models.CharField(max_length=11, choices=Purpose)
    number = models.CharField(max_length=100, blank=True)
    # The account's name, where the format has both.
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "purpose"], name="merchants_bookaccount_one_a_purpose"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.number}"
