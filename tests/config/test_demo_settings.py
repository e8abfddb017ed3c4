"""Beside a running demo `./manage.py` uses that demo's settings, and nobody else's."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from demo import settings as demo_settings
from servers.programs import ROOT
from servers.state import StateFolder, write_private

SETTINGS = {
    "DATABASE_URL": "postgresql://a",
    "PUBLIC_URL": "http://localhost:9",
    "LOG_LEVEL": "A",
}
OWN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PIN_PEPPER")


@pytest.fixture
def running(tmp_path, monkeypatch):
    """A demo's lock and settings, and an environment that names nothing."""
    for name in (*OWN, "PUBLIC_URL", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    # What is adopted goes again with the test.
    monkeypatch.setattr(os, "environ", os.environ.copy())
    write_private(demo_settings.settings_path(tmp_path), json.dumps(SETTINGS))
    state = StateFolder(tmp_path / "demo")
    state.hold()
    yield tmp_path
    state.release()


def test_the_settings_of_a_running_demo_are_taken_and_said(running, capsys):
    demo_settings.adopt_demo(running)

    assert {name: os.environ[name] for name in SETTINGS} == SETTINGS
    shown = capsys.readouterr()
    assert shown.err == "Using the settings of the demo at http://localhost:9.\n"
    assert shown.out == ""


def test_what_the_environment_says_wins(running):
    os.environ["LOG_LEVEL"] = "B"

    demo_settings.adopt_demo(running)

    assert os.environ["LOG_LEVEL"] == "B"


@pytest.mark.parametrize("name", OWN)
def test_an_installation_of_its_own_takes_nothing(running, capsys, name):
    os.environ[name] = "mine"

    demo_settings.adopt_demo(running)

    assert os.environ[name] == "mine"
    assert "PUBLIC_URL" not in os.environ
    assert capsys.readouterr().err == ""


def test_a_demo_that_was_killed_leaves_nothing_to_take(running, capsys):
    other = running / "other"
    shutil.copytree(running / "demo", other / "demo")
    shutil.copy(demo_settings.settings_path(running), demo_settings.settings_path(other))

    demo_settings.adopt_demo(other)

    assert "DATABASE_URL" not in os.environ
    assert capsys.readouterr().err == ""


def test_without_any_the_way_is_told_in_one_line():
    told = subprocess.run(
        [sys.executable, "manage.py", "check_books"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": "x", "PIN_PEPPER": "x"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "Set the DATABASE_URL environment variable" in told.stderr


def test_a_bare_python_goes_on_with_that_of_the_environment(tmp_path):
    shutil.copy(ROOT / "manage.py", tmp_path)
    folder = tmp_path / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").write_text('#!/bin/sh\necho "went on with $@"\n')
    (folder / "python").chmod(0o755)
    bare = os.path.realpath(sys.executable)

    went_on = subprocess.run(
        [bare, str(tmp_path / "manage.py"), "check_books", "--last"],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )

    assert went_on.stdout == f"went on with {tmp_path}/manage.py check_books --last\n"
