"""The point-of-sale application."""

from django.apps import AppConfig
from django.core.checks import register

from pos.checks import check_sheet_fonts


class PosConfig(AppConfig):
    """What the till does."""

    name = "pos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check of the counter sheets' fonts."""
        register(check_sheet_fonts)
