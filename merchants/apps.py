"""The merchants application."""

from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    """Merchants and their settlements."""

    name = "merchants"
    default_auto_field = "django.db.models.BigAutoField"
