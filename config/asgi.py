"""Streams only: server-sent events to open pages."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from relay.streams import application  # noqa: E402  settings must stand before it is read

__all__ = ["application"]
