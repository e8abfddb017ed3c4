"""The event feed: one row for each change of state, written in its transaction."""

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
