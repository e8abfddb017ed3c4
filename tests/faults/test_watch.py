"""The demo's watch brings back what died or hangs, and lives through errors of its own."""

import contextlib
import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from servers.watch import Patience, Watch
from tests.faults.shop import check_sales, wait_for

HASTE = Patience(ask_every_s=0.2, misses_max=2)
pytestmark = [
    pytest.mark.stack,
    pytest.mark.slow,
    pytest.mark.faults,
    pytest.mark.timeout(120, func_only=True),
]


def watch_until(watch, is_so, *, within_s=60):
    """Go round as the demo does until it is so."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline
        watch.look()
        time.sleep(0.1)


def read_pid(stack, name):
    return int(stack.processes[name].pid_path.read_text())


def find_children(stack, name, *, mark):
    """Return the ids of a process's children whose command holds the mark."""
    leader, found = read_pid(stack, name), []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == leader and mark in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return sorted(found)


def answers(stack):
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{stack.url}/livez", timeout=5).status_code == 200
    return False


def test_all_that_died_together_is_started_before_any_is_waited_for(stack, shop):
    said: list[str] = []
    watch = Watch(stack, say=said.append)
    names = ("valkey", "web", "nginx")
    for name in names:
        os.kill(read_pid(stack, name), signal.SIGKILL)
        stack.processes[name].wait_until_ended()
    assert stack.find_dead() == list(names)

    watch.look()

    assert stack.find_dead() == []
    watch_until(watch, lambda: all(f"{name} is back." in said for name in names))
    assert answers(stack)
    check_sales(stack, [shop.sell()])


@pytest.mark.parametrize(
    "names",
    [("postgres", "valkey", "web"), ("streams", "worker", "banker", "beat", "nginx")],
    ids=str,
)
def test_processes_that_are_stopped_are_noticed_and_replaced(stack, shop, names):
    said: list[str] = []
    before = {name: read_pid(stack, name) for name in names}
    watch = Watch(stack, say=said.append, patience=HASTE)
    for pid in before.values():
        os.kill(pid, signal.SIGSTOP)

    watch_until(watch, lambda: all(f"{name} is back." in said for name in names))

    hung = {each.partition(" ")[0] for each in said if "hangs: it is stopped" in each}
    assert hung == set(names)
    assert all(read_pid(stack, name) != before[name] for name in names)
    check_sales(stack, [shop.sell()])


@pytest.mark.parametrize(
    ("name", "mark"), [("web", b"granian"), ("streams", b"granian"), ("worker", b"celery")]
)
def test_one_hung_child_is_noticed_too(stack, shop, name, mark):
    said: list[str] = []
    child = find_children(stack, name, mark=mark)[-1]
    watch = Watch(stack, say=said.append, patience=HASTE)
    os.kill(child, signal.SIGSTOP)

    watch_until(watch, lambda: f"{name} is back." in said)

    assert child not in find_children(stack, name, mark=mark)


def test_pages_that_do_not_answer_are_replaced(stack, shop):
    said: list[str] = []
    before = read_pid(stack, "web")
    watch = Watch(stack, say=said.append, patience=HASTE)
    (stack.state.run / "web.sock").unlink()

    watch_until(watch, lambda: "web is back." in said)

    assert "web hangs: it does not answer. Ending it." in said
    assert read_pid(stack, "web") != before
    shop.sell()


def test_a_timetable_without_a_sign_of_life_is_replaced(stack, shop):
    said: list[str] = []
    impatient = Patience(ask_every_s=0.2, misses_max=2, silence_max_s=0.5)
    watch = Watch(stack, say=said.append, patience=impatient)

    watch_until(watch, lambda: "beat hangs: no sign of life for 0.5 s. Ending it." in said)

    # So impatient, it may have ended the worker too; what is launched again is not ready yet.
    is_ready = [process.check_ready for process in stack.processes.values()]
    watch_until(Watch(stack, say=said.append), lambda: all(look() for look in is_ready))


@pytest.mark.parametrize("name", ["beat", "worker", "banker"])
def test_beat_and_worker_give_signs_of_life(stack, name):
    silences = [0.0]

    def has_given_sign():
        silences.append(stack.processes[name].measure_silence())
        return silences[-1] < silences[-2]

    wait_for(has_given_sign, within_s=30)


def test_the_watch_outlives_a_disk_that_takes_nothing(stack, shop):
    said: list[str] = []
    logs = stack.state.path / "logs"
    watch = Watch(stack, say=said.append)
    away = logs.rename(logs.with_name("logs-away"))
    # Whatever is written here is refused as on a full disk.
    logs.symlink_to("/dev/full")
    try:
        stack.processes["web"].end_hung()
        watch_until(watch, lambda: any("cannot be started" in each for each in said))
        assert httpx.get(f"{stack.url}/wallet/").status_code == 503
    finally:
        logs.unlink()
        away.rename(logs)

    watch_until(watch, lambda: "web is back." in said)

    check_sales(stack, [shop.sell()])
