"""What customers see of a shop beside its name."""

from django.db import models
from django.db.models.functions import Now


class Logo(models.Model):
    """A logo, as it was drawn anew; its name says its content's hash and its size.

    Shops with the same logo share it; a logo that no shop shows any more stays for mails.
    """

    name = models.CharField(primary_key=True, max_length=48)
    picture = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
