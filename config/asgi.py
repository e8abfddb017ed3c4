"""Streams only: server-sent events to open pages."""

import gc
import os

from django.conf import settings
from django.utils.log import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# No application is set up, and so no model and no page imported: streams need neither.
configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)

from relay.streams import application  # noqa: E402  settings must stand before it is read

__all__ = ["application"]
gc.freeze()
gc.enable()
