"""Make the translations ready for Django to read."""

from typing import Any

from django.core.management.base import BaseCommand

from config.catalogues import LOCALE, compile_catalogues


class Command(BaseCommand):
    """Compile the translations that have changed since the last time."""

    help = "Compile the translations; without it every page is in English."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile, and name what was compiled."""
        for path in compile_catalogues():
            self.stdout.write(path.relative_to(LOCALE.parent).as_posix())
