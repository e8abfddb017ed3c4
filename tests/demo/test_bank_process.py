"""The bank's process: it opens when it is told whose account it keeps, and is small."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.bank.branch import Settings, write_settings
from servers.programs import ROOT
from tests.demo.bank_files import Letter
from tests.faults.shop import wait_for

MEMORY_MAX_KB = 60_000


@pytest.fixture
def start(tmp_path):
    """Start the process in the test's folder; whatever happens, it is not left running."""
    started = []

    def start_it():
        process = subprocess.Popen(
            [sys.executable, "-m", "demo.bank", str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start_it
    for process in started:
        process.kill()
        process.communicate()


def test_a_bank_that_was_told_nothing_says_so_and_ends(start, tmp_path):
    process, said = start()

    assert said == f"There is no settings.json in {tmp_path}."
    assert process.wait(10) == 1


def test_it_takes_what_lies_there_stays_small_and_stops_in_order(start, tmp_path):
    write_settings(tmp_path, Settings())
    process, said = start()
    assert said == "The bank is open."
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"

    (outbox / "MSG1.xml.new").write_bytes(Letter().write())
    (outbox / "MSG1.xml.new").rename(outbox / "MSG1.xml")

    wait_for(lambda: list(inbox.glob("pain002-*.xml")), within_s=20)
    memory = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    assert memory is not None
    assert int(memory[1]) < MEMORY_MAX_KB
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
