"""The systemd units of docs/operations.md, run as they are printed."""

import configparser
import contextlib
import http.client
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from relay.streams import sign_ticket
from servers.commands import run_banker, run_beat, run_streams, run_web, run_worker
from servers.processes import Process, Program, list_family
from servers.programs import ROOT, Size, UnixConnection
from tests.faults.shop import wait_for

BIN, RUN = "/srv/tessera/.venv/bin/", Path("/run/tessera")
NAMES = ("web", "streams", "worker", "banker", "beat")
PAGE = (ROOT / "docs/operations.md").read_text()
WITHIN_S = 60
pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(180)]


class UnitParser(configparser.ConfigParser):
    """systemd's names keep their capitals."""

    def optionxform(self, optionstr):
        return optionstr


def read_unit(name):
    [block] = re.findall(rf"```ini\n# \S+/tessera-{name}\.service\n(.*?)```", PAGE, re.DOTALL)
    unit = UnitParser()
    unit.read_string(block)
    return unit["Service"]


class Unit:
    """A unit under a supervisor that does what its lines say."""

    def __init__(self, name, folder):
        self.lines, self.folder = read_unit(name), folder
        # The tests' Python has its programs beside it; the folders are the test's own.
        self.process = Process(
            Program(
                name=name,
                command=tuple(shlex.split(self._settle("ExecStart"))),
                folder=ROOT,
                environment=os.environ,
                sign_path=folder / "signs" if "WatchdogSec" in self.lines else None,
            ),
            folder=folder,
        )

    def _settle(self, key):
        here = {BIN: f"{Path(sys.executable).parent}/", str(RUN): str(self.folder)}
        line = self.lines[key].replace("/var/lib/tessera", str(self.folder))
        for there, own in here.items():
            line = line.replace(there, own)
        return line

    def start(self):
        if "ExecStartPre" in self.lines:
            subprocess.run(shlex.split(self._settle("ExecStartPre")), check=True)
        self.process.launch()

    def wait_for_log(self, words, *, times=1):
        wait_for(
            lambda: self.process.log_path.read_text().count(words) >= times, within_s=WITHIN_S
        )

    def crash(self):
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait_until_ended()
        assert self.lines["Restart"] == "always"
        self.start()

    def terminate(self):
        """Ask it to end, as systemd does, and leave it the time that the unit gives."""
        os.kill(self.pid, signal.SIGTERM)
        self.process.wait_until_ended(timeout_s=int(self.lines["TimeoutStopSec"]))

    @property
    def pid(self):
        return int(self.process.pid_path.read_text())

    def ask(self, path):
        connection = UnixConnection(self.folder / f"{self.process.program.name}.sock")
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(connection),
        ):
            connection.request("GET", path, headers={"Host": "pay.test"})
            return connection.getresponse().status
        return 0


@pytest.fixture
def folder():
    """A folder whose name is short enough for a socket's."""
    with tempfile.TemporaryDirectory(prefix="tessera-") as name:
        yield Path(name)


@pytest.fixture
def run(folder):
    units = []

    def start(name):
        units.append(Unit(name, folder))
        units[-1].start()
        return units[-1]

    yield start
    for unit in units:
        unit.process.end_hung()


def test_the_units_run_what_the_demo_runs():
    size = Size()
    printed = {name: shlex.split(read_unit(name)["ExecStart"]) for name in NAMES}

    assert printed == {
        name: [BIN + command[0], *command[1:]]
        for name, command in {
            "web": run_web(
                RUN / "web.sock", workers=size.web_workers, threads=size.web_threads
            ),
            "streams": run_streams(RUN / "streams.sock"),
            "worker": run_worker(processes=size.task_processes),
            "banker": run_banker(),
            "beat": run_beat(Path("/var/lib/tessera/beat-schedule")),
        }.items()
    }


def test_the_web_outlives_its_workers_and_comes_back_from_a_crash(run, folder):
    web = run("web")
    wait_for(lambda: web.ask("/livez") == 200, within_s=WITHIN_S)
    assert (folder / "web.sock").stat().st_mode & 0o777 == 0o660

    workers = Size().web_workers
    web.wait_for_log("Started worker-", times=workers)
    for pid in list_family(web.pid).keys() - {web.pid}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    web.wait_for_log("Started worker-", times=2 * workers)
    wait_for(lambda: web.ask("/livez") == 200, within_s=WITHIN_S)
    assert web.process.is_alive

    web.crash()
    wait_for(lambda: web.ask("/livez") == 200, within_s=WITHIN_S)
    web.wait_for_log("Started worker-", times=3 * workers)
    web.terminate()


def test_streams_end_in_time_with_a_page_open_and_come_back_from_a_crash(run, folder):
    streams = run("streams")
    wait_for(lambda: streams.ask("/") > 0, within_s=WITHIN_S)
    streams.crash()
    wait_for(lambda: streams.ask("/") > 0, within_s=WITHIN_S)

    with socket.socket(socket.AF_UNIX) as page:
        page.settimeout(WITHIN_S)
        page.connect(str(folder / "streams.sock"))
        target = f"/?ticket={sign_ticket('a topic')}"
        page.sendall(f"GET {target} HTTP/1.1\r\nHost: pay.test\r\n\r\n".encode())
        told = b""
        while b"hello" not in told:
            told += page.recv(4096)

        streams.terminate()


@pytest.mark.parametrize(
    ("name", "words"),
    [("worker", " ready."), ("banker", " ready."), ("beat", "beat: Starting...")],
)
def test_jobs_and_timetable_come_back_and_give_the_signs_that_the_unit_wants(run, name, words):
    unit = run(name)
    unit.wait_for_log(words)
    assert unit.lines["NotifyAccess"] == "main"

    unit.crash()
    unit.wait_for_log(words, times=2)
    silences = [0.0]

    def has_given_sign():
        silences.append(unit.process.measure_silence())
        return silences[-1] < silences[-2]

    wait_for(has_given_sign, within_s=int(unit.lines["WatchdogSec"]))
    unit.terminate()
