"""The relay application."""

from django.apps import AppConfig


class RelayConfig(AppConfig):
    """Events, pages and jobs."""

    name = "relay"
    default_auto_field = "django.db.models.BigAutoField"
