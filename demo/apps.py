"""The demo as an application, because it has a command."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Invented people and money."""

    name = "demo"
