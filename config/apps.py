"""The project itself as an application, for commands that belong to no one package."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project."""

    name = "config"
