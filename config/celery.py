"""Celery: carries out jobs, and never decides about money."""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.worker import WorkController

from foundation.heartbeat import report_alive

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tessera")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
_SIGN_EVERY_S = 5


class SignOfLife(bootsteps.StartStopStep):
    """The worker reports to its supervisor that its loop runs."""

    requires = ("celery.worker.components:Pool",)

    def start(self, parent: WorkController) -> None:
        """Report a sign of life regularly, in the loop that hands out the jobs."""
        timer: Any = parent.timer
        timer.call_repeatedly(_SIGN_EVERY_S, report_alive)


app.steps["worker"].add(SignOfLife)
