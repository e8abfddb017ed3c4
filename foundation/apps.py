"""The foundation as an application, because it has commands."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """What every application may use."""

    name = "foundation"
