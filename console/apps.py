"""The console application."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The operator's side."""

    name = "console"
    default_auto_field = "django.db.models.BigAutoField"
