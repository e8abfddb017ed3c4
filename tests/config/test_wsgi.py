"""A process of the web: what it has imported when it answers its first visitor."""

import subprocess
import sys

from servers.programs import ROOT


def test_it_starts_with_every_address():
    names = "import sys, config.wsgi; print(*sys.modules)"
    command = [sys.executable, "-c", names]

    loaded = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)

    assert "config.urls" in loaded.stdout.split()
