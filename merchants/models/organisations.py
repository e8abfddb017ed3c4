"""The organisation that runs this installation."""

from django.db import models
from django.db.models.functions import Now

from merchants.models.applications import LegalForm


class Licence(models.TextChoices):
    """By which right it holds customers' money."""

    LIMITED_NETWORK = "limited_network", "limited network"
    E_MONEY = "e_money", "e-money institution"


class Organisation(models.Model):
    """Who runs this installation in law: one row, written by the set-up (`console/sql`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    legal_name = models.CharField(max_length=140)
    legal_form = models.CharField(max_length=11, choices=LegalForm)
    licence = models.CharField(max_length=15, choices=Licence)
    street = models.CharField(max_length=70)
    building_number = models.CharField(max_length=16, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)
    # What wallets hold that customers open, and what is offered first to new stores.
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=40)
    founded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="merchants_organisation_only_one"
            )
        ]

    def __str__(self) -> str:
        return self.legal_name
