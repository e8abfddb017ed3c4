"""The banking application."""

from django.apps import AppConfig


class BankingConfig(AppConfig):
    """Accounts at the bank, what is paid from them and what comes in."""

    name = "banking"
    default_auto_field = "django.db.models.BigAutoField"
