"""The ledger application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Accounts and transfers."""

    name = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
