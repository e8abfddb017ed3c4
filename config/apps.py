"""The project itself, as an application: it carries the commands of no one package."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The project."""

    name = "config"
