"""The whole system starts, loses processes, gets them back, and leaves nothing running."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servers.processes import ProcessFailed
from servers.stack import Stack
from servers.state import FolderInUse
from tests.ports import find_port
from tests.stack import TAKERS, revive_takers

ROOT = Path(__file__).resolve().parents[2]
EVERY = ("postgres", "valkey", "web", "streams", "worker", "banker", "beat", "bank", "nginx")
pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(180)]


def read_status(port: int, path: str = "/livez") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def has_log(folder, name):
    return (folder / "logs" / f"{name}.log").exists()


def test_each_step_of_the_start_is_reported(stack, reported_steps):
    assert {*EVERY, "migrations", "static files", "content"} == set(reported_steps)


def test_the_front_door_leads_to_the_pages(stack):
    assert read_status(stack.port) == 200
    assert stack.url == f"http://localhost:{stack.port}"


def test_the_streams_have_no_front_door(stack):
    assert read_status(stack.port, "/_streams/?ticket=x") == 404


@pytest.mark.parametrize("name", EVERY)
def test_a_killed_process_is_noticed_and_comes_back(stack, name):
    revive_takers(stack)
    os.kill(int(stack.processes[name].pid_path.read_text()), signal.SIGKILL)
    stack.processes[name].wait_until_ended()

    assert name in stack.find_dead()
    assert set(stack.find_dead()) <= {name, *TAKERS}
    assert name in stack.processes[name].describe_end()
    stack.start(name)
    assert set(stack.find_dead()) <= TAKERS
    assert read_status(stack.port) == 200


@pytest.mark.parametrize("name", EVERY)
def test_a_stopped_process_is_not_missed_and_comes_back(stack, name):
    revive_takers(stack)
    stack.stop(name)

    assert set(stack.find_dead()) <= TAKERS
    stack.start(name)
    assert read_status(stack.port) == 200


def test_visitors_are_asked_to_come_back_while_the_pages_are_away(stack):
    stack.kill("web")

    assert read_status(stack.port) == 503
    stack.start("web")
    assert read_status(stack.port) == 200


def test_a_folder_runs_one_stack(stack):
    with pytest.raises(FolderInUse), Stack(stack.state.path, port=find_port()):
        raise AssertionError


def test_a_stack_that_cannot_start_says_which_part_and_stops_the_rest(tmp_path):
    broken = Stack(tmp_path, port=find_port(), environment={"LOG_LEVEL": "nonsense"})

    with pytest.raises(ProcessFailed, match="manage-migrate ended"), broken:
        raise AssertionError

    assert not list((tmp_path / "pids").iterdir())
    # Nothing has met a database whose version was not checked.
    assert not [name for name in ("web", "worker", "banker", "beat") if has_log(tmp_path, name)]


def test_a_stack_without_its_content_stops_again(tmp_path):
    empty = Stack(tmp_path, port=find_port(), content=("load_nothing",))

    with pytest.raises(ProcessFailed, match="Unknown command: 'load_nothing'"), empty:
        raise AssertionError

    assert not list((tmp_path / "pids").iterdir())


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory):
    """Where the second demo of these tests finds what the first has left."""
    return tmp_path_factory.mktemp("demo")


@contextlib.contextmanager
def run_demo(folder, *, port):
    """Start a demo and wait until it is up; whatever happens, it is not left running."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "demo.run", "--state", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PORT": str(port), "HOST": "127.0.0.1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert demo.stdout is not None
        said = []
        for line in demo.stdout:
            said.append(line)
            if "Ctrl-C stops everything" in line:
                break
        else:
            pytest.fail("".join(said))
        yield demo
    finally:
        # Leaving the `with` block of a process waits for it, and a demo runs for ever.
        demo.terminate()
        demo.communicate(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_is_described_while_it_runs_and_only_then(demo_folder, number):
    port = find_port()
    with run_demo(demo_folder, port=port) as demo:
        facts = json.loads((demo_folder / "demo.json").read_text())
        mode = (demo_folder / "demo.json").stat().st_mode & 0o777
        status = read_status(port)
        demo.send_signal(number)
        rest = demo.stdout.read()

    assert facts["base_url"] == f"http://localhost:{port}"
    assert mode == 0o600
    assert status == 200
    assert demo.returncode == 0
    assert rest.endswith("Stopped.\n")
    assert not (demo_folder / "demo.json").exists()
    assert not list((demo_folder / "demo" / "pids").iterdir())
