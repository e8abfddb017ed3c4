"""The event feed, pulses of recurring jobs, and letters that wait to be sent."""

import uuid6
from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """Something that happened, in a form that outsiders may read."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    feed = models.UUIDField()
    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    actor = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    happened_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["feed", "id"], name="relay_event_feed"),
            models.Index(fields=["subject", "id"], name="relay_event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Pulse(models.Model):
    """When a recurring job was last done, and its note."""

    name = models.CharField(max_length=20, primary_key=True)
    beaten_at = models.DateTimeField()
    note = models.CharField(max_length=140, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.beaten_at}"


class Letter(models.Model):
    """A mail or a text that somebody waits for: to whom, of which kind, and about what."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    # An e-mail address, or a phone number in E.164.
    address = models.CharField(max_length=254)
    # Of the page from which it was asked for, where that was not English.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    # When it was sent, or found to be of no use any more.
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(ended_at=None), name="relay_letter_waits"
            ),
            models.Index(fields=["subject", "kind"], name="relay_letter_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
