"""The wallet application."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """The customer's side."""

    name = "wallet"
    default_auto_field = "django.db.models.BigAutoField"
