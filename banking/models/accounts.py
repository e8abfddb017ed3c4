"""The operator's accounts at a bank."""

import uuid6
from django.db import models
from django.db.models.functions import Now


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
