"""One stack a folder, private keys, sockets with short paths."""

import subprocess
import sys

import pytest

from qr.signed import load_key
from servers.state import FolderInUse, StateFolder, write_private


@pytest.fixture
def state(tmp_path):
    state = StateFolder(tmp_path / "state")
    yield state
    state.release()


def test_a_held_folder_is_refused_naming_the_holder(state):
    state.hold()

    with pytest.raises(FolderInUse, match=r"is in use by process \d+"):
        StateFolder(state.path).hold()


def test_a_released_folder_can_be_held_again(state):
    state.hold()
    state.release()

    state.hold()


def test_the_lock_goes_with_its_process(state):
    script = "import sys; from pathlib import Path; from servers.state import StateFolder\n"
    script += "state = StateFolder(Path(sys.argv[1])); state.hold(); import os; os._exit(9)"
    subprocess.run([sys.executable, "-c", script, str(state.path)], check=False)

    state.hold()


def test_keys_are_made_once_and_private(state):
    state.hold()

    first, second = state.load_secrets(), state.load_secrets()

    assert first == second
    assert set(first) == {"SECRET_KEY", "PIN_PEPPER", "SIGNING_KEY"}
    assert (state.path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_folder_of_an_older_version_gets_the_key_it_lacks(state):
    state.hold()
    write_private(state.path / "secrets.json", '{"SECRET_KEY": "s", "PIN_PEPPER": "p"}')

    loaded = state.load_secrets()

    assert (loaded["SECRET_KEY"], loaded["PIN_PEPPER"]) == ("s", "p")
    # Refused unless it is a key.
    load_key(loaded["SIGNING_KEY"])
    assert state.load_secrets() == loaded


def test_two_folders_have_different_keys(state, tmp_path):
    state.hold()
    other = StateFolder(tmp_path / "other")
    other.hold()

    assert state.load_secrets() != other.load_secrets()
    other.release()


def test_sockets_stay_inside_a_short_folder(tmp_path):
    state = StateFolder(tmp_path.parents[-2] / "short")

    assert state.run == state.path / "run"


def test_sockets_of_a_deep_folder_have_a_private_one_elsewhere(tmp_path):
    state = StateFolder(tmp_path / ("deep" * 20))
    state.hold()

    assert len(str(state.run)) < 75
    assert state.run.stat().st_mode & 0o066 == 0
    state.release()
    assert not state.run.exists()


def test_a_socket_folder_somebody_else_made_is_refused(tmp_path):
    state = StateFolder(tmp_path / ("deep" * 20))
    state.run.symlink_to(tmp_path)

    with pytest.raises(PermissionError, match="belongs to somebody else"):
        state.hold()
    state.run.unlink()


def test_a_private_file_replaces_the_old_one(tmp_path):
    path = tmp_path / "facts.json"
    path.write_text("old")

    write_private(path, "new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
