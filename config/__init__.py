"""Settings, addresses, servers: what turns the packages into an installation."""

import gc

# What is imported stays: looking for garbage in it takes a sixth of a start. `ConfigConfig`
# turns it on again, and `config.asgi`, which sets no applications up.
gc.disable()

from config.celery import app as celery_app  # noqa: E402  after the line above

__all__ = ["celery_app"]
