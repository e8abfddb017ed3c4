"""The project itself as an application, for commands that belong to no one package."""

import gc

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project."""

    name = "config"

    def ready(self) -> None:
        """Look for garbage from now on, and never among what has been imported."""
        gc.freeze()
        gc.enable()
