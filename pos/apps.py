"""The point-of-sale application."""

from django.apps import AppConfig


class PosConfig(AppConfig):
    """What the till does."""

    name = "pos"
    default_auto_field = "django.db.models.BigAutoField"
