"""A process of the web: what it has imported when it answers its first visitor."""

import subprocess
import sys

import pytest

from servers.programs import ROOT


def ask_process(code):
    """Return what another Python prints, in words."""
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return said.stdout.split()


def test_it_starts_with_every_address():
    assert "config.urls" in ask_process("import sys, config.wsgi; print(*sys.modules)")


@pytest.mark.parametrize(
    "start",
    ["config.wsgi", "config.asgi", "config; config.celery_app.loader.init_worker()"],
)
def test_every_process_looks_for_garbage_once_it_has_started(start):
    answer = ask_process(
        f"import gc, {start}; print(gc.isenabled(), gc.get_freeze_count() > 0)"
    )

    assert answer == ["True", "True"]
