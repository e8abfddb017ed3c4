"""The ledger application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from ledger.chart_table import fill_chart


class LedgerConfig(AppConfig):
    """Accounts and transfers."""

    name = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Write the chart after every migration."""
        post_migrate.connect(fill_chart, sender=self)
