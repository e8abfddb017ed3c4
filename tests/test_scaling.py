"""docs/scaling.md shows what the benchmarks' newest results say."""

import subprocess
import sys

import pytest

from servers.programs import ROOT

pytestmark = pytest.mark.slow


def test_the_page_and_its_picture_are_of_the_newest_results():
    command = [sys.executable, "-P", str(ROOT / "bench" / "scaling.py"), "--check"]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr
