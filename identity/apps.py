"""The identity application."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """People and devices."""

    name = "identity"
    default_auto_field = "django.db.models.BigAutoField"
