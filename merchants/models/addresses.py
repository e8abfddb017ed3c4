"""Where a store is and when it is open: facts that no payment reads."""

from django.db import models

from merchants.models.places import Store


class StoreAddress(models.Model):
    """A store's address in the parts that ISO 20022 names (PostalAddress24).

    `Store.street` and `Store.city` are its two lines as receipts show them.
    """

    store = models.OneToOneField(
        Store, models.CASCADE, primary_key=True, related_name="address"
    )
    street = models.CharField(max_length=70)
    building_number = models.CharField(max_length=16, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2)

    def __str__(self) -> str:
        return f"{self.street} {self.building_number}, {self.postcode} {self.town}"


class StoreDay(models.Model):
    """A store's hours on a day of the week, shop time; without times it is closed that day."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="days")
    # As Python counts them: Monday is 0.
    weekday = models.PositiveSmallIntegerField()
    opens_at = models.TimeField(null=True)
    closes_at = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "weekday"], name="merchants_storeday_once_a_weekday"
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6), name="merchants_storeday_weekday"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at=None, closes_at=None)
                | models.Q(opens_at__isnull=False, closes_at__isnull=False),
                name="merchants_storeday_both_times_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens_at} to {self.closes_at}"
