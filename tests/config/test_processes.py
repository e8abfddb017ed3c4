"""Programs come up, go down and leave nothing behind."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servers.processes import Process, ProcessFailed, Program, spawn, stop_leftovers

ROOT = Path(__file__).resolve().parents[2]
WAITS = "print('ready', flush=True); import signal; signal.pause()"
HAS_CHILD = "import os; os.fork(); " + WAITS
# Says the id of its program, then dies like a supervisor that ran out of memory.
CRASHES = """
import os, signal, sys
from pathlib import Path
from servers.processes import Process, Program
program = Program(name="orphan", command=(sys.executable, "-c", sys.argv[2]),
    folder=Path(sys.argv[1]), environment={}, is_ready=lambda log: "ready" in log)
process = Process(program, folder=Path(sys.argv[1]))
process.launch()
process.wait_until_ready()
print(process.pid_path.read_text(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def make_program(folder: Path, script: str, **options) -> Program:
    return Program(
        name="probe",
        command=(sys.executable, "-c", script, str(folder)),
        folder=folder,
        environment={},
        **{"is_ready": lambda log: "ready" in log} | options,
    )


@pytest.fixture
def run(tmp_path):
    started = []

    def start(script, **options):
        process = Process(make_program(tmp_path, script, **options), folder=tmp_path)
        started.append(process)
        process.launch()
        return process

    yield start
    for process in started:
        process.kill()


def wait_until_gone(pid: int) -> None:
    try:
        file = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    poller = select.poll()
    poller.register(file, select.POLLIN)
    ended = poller.poll(10_000)
    os.close(file)
    assert ended, f"{pid} still runs after 10 s"


def find_group(leader: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [pid for pid in pids if read_group(pid) == leader]


def read_group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def read_pid(process: Process) -> int:
    return int(process.pid_path.read_text())


def test_a_program_is_ready_by_its_own_sign_and_stops_in_order(run):
    process = run(WAITS)
    process.wait_until_ready()
    pid = read_pid(process)

    process.stop()

    wait_until_gone(pid)
    assert not process.is_alive
    assert not process.pid_path.exists()


def test_stopping_twice_is_fine(run):
    process = run(WAITS)
    process.stop()

    process.stop()

    assert not process.is_alive


def test_a_program_that_ends_at_start_is_named_with_its_last_words(run):
    process = run("raise SystemExit('no such setting')")

    with pytest.raises(
        ProcessFailed, match=r"probe ended with exit code 1(.|\n)*no such setting"
    ):
        process.wait_until_ready()


def test_a_silent_program_is_reported(run):
    process = run("import signal; signal.pause()")

    with pytest.raises(ProcessFailed, match=r"probe was not ready after 0 s"):
        process.wait_until_ready(timeout_s=0.2)


def test_a_start_beside_a_predecessor_is_tried_again(run, tmp_path):
    first = "from pathlib import Path; import sys; mark = Path(sys.argv[1]) / 'mark'\n"
    process = run(
        first + "if not mark.exists():\n mark.touch()\n sys.exit('is still in use')\n" + WAITS,
        busy_words=("is still in use",),
    )

    process.wait_until_ready()

    assert process.is_alive


def test_stale_files_are_removed_before_the_start(run, tmp_path):
    stale = tmp_path / "old.sock"
    stale.touch()

    run(WAITS, stale_files=(stale,)).wait_until_ready()

    assert not stale.exists()


def test_killing_takes_the_children_along(run):
    process = run(HAS_CHILD)
    process.wait_until_ready()
    group = find_group(read_pid(process))

    process.kill()

    assert len(group) == 2
    for pid in group:
        wait_until_gone(pid)


def test_children_of_a_crashed_program_do_not_live_beside_the_next_run(run):
    process = run(HAS_CHILD)
    process.wait_until_ready()
    group = find_group(read_pid(process))
    os.kill(read_pid(process), signal.SIGKILL)
    wait_until_gone(read_pid(process))

    process.launch()

    for pid in group:
        wait_until_gone(pid)


def test_a_program_that_cannot_take_a_stop_while_starting_is_killed(run):
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    process = run(deaf, stops_while_starting=False)
    pid = read_pid(process)

    process.stop(grace_s=5)

    wait_until_gone(pid)


def test_a_command_that_fails_says_so(run):
    process = run("raise SystemExit('table is missing')")

    with pytest.raises(ProcessFailed, match="table is missing"):
        process.wait_until_done()


def test_a_command_that_takes_too_long_says_so(run):
    process = run(WAITS)

    with pytest.raises(ProcessFailed, match="took longer than 0 s"):
        process.wait_until_done(timeout_s=0.1)


def test_programs_go_when_we_are_killed(tmp_path):
    died = subprocess.run(
        [sys.executable, "-c", CRASHES, str(tmp_path), WAITS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert died.returncode == -signal.SIGKILL
    wait_until_gone(int(died.stdout))


def test_leftovers_of_a_killed_run_are_stopped_and_strangers_spared(run, tmp_path):
    with (tmp_path / "log").open("wb") as log:
        left = spawn(make_program(tmp_path, HAS_CHILD), output=log.fileno())
        stranger = spawn(make_program(tmp_path / "..", WAITS), output=log.fileno())
    (tmp_path / "pids").mkdir()
    (tmp_path / "pids" / "left").write_text(str(left.pid))
    (tmp_path / "pids" / "again").write_text(str(stranger.pid))
    (tmp_path / "pids" / "half").write_text("")

    stop_leftovers(tmp_path, marks=(f"{tmp_path}\0",), grace_s=5)

    assert left.wait(10) == -signal.SIGTERM
    assert stranger.poll() is None
    assert not list((tmp_path / "pids").iterdir())
    stranger.kill()
    stranger.wait()
