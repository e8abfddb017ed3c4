"""The locks belong together, name what is imported, and any of three Pythons will do."""

import ast
import re
import subprocess
import sys
from importlib.metadata import files, packages_distributions, requires
from pathlib import Path

import pytest

from servers.programs import ROOT

FOLDER = ROOT / "requirements"
PRODUCTION = (
    *("api", "config", "console", "foundation", "identity", "ledger"),
    *("banking", "merchants", "pos", "qr", "relay", "wallet"),
)
# Shims as a version manager leaves them: they are on PATH and run nothing.
EMPTY_SHIM = "#!/bin/sh\necho command not found >&2\nexit 127\n"
FIND = "set -euo pipefail; source requirements/pythons.sh; find_pythons"


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(name):
    """Return each package with its version, its marker and its hashes."""
    text = (FOLDER / f"{name}.txt").read_text()
    return {
        each[1]: each[0]
        for each in re.finditer(r"^([a-z0-9-]+)==.*\n(?:    --hash=.*\n?)+", text, re.MULTILINE)
    }


def read_names(*files):
    lines = "\n".join((FOLDER / f"{file}.in").read_text() for file in files)
    return {normalize(name) for name in re.findall(r"^[a-zA-Z0-9-]+", lines, re.MULTILINE)}


def list_imports(path):
    """Return the packages that a module imports as soon as it is loaded."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def find_distributions(modules):
    known = packages_distributions()
    outside = {
        name for name in modules if name in known and name not in sys.stdlib_module_names
    }
    return {normalize(known[name][0]) for name in outside}


@pytest.mark.parametrize(("small", "large"), [("production", "demo"), ("demo", "development")])
def test_from_one_lock_to_the_next_packages_are_only_added(small, large):
    lock, larger = read_lock(small), read_lock(large)

    assert lock
    assert {name: larger.get(name) for name in lock} == lock
    assert len(larger) > len(lock)


def test_every_package_that_our_code_imports_is_named():
    paths = [path for package in PRODUCTION for path in (ROOT / package).rglob("*.py")]

    imported = find_distributions({name for path in paths for name in list_imports(path)})

    assert imported - read_names("production", "embedded") == set()


def test_what_the_queue_imports_without_saying_so_is_named():
    paths = [Path(str(each.locate())) for each in files("kombu") or [] if each.suffix == ".py"]
    always = [each for each in requires("kombu") or [] if "extra ==" not in each]
    declared = {normalize(re.split(r"[^\w.-]", each)[0]) for each in always}

    imported = find_distributions({name for path in paths for name in list_imports(path)})

    assert "amqp" in imported
    assert imported - declared - {"kombu"} <= read_names("production")


def test_shims_that_run_nothing_are_passed_over(tmp_path):
    for name in ("python3.13", "python3.12"):
        (tmp_path / name).write_text(EMPTY_SHIM)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "python3").symlink_to(Path(sys.executable).resolve())

    found = subprocess.run(
        ["/bin/bash", "-c", FIND],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.split() == [str(tmp_path / "python3")]


def test_without_a_python_the_way_to_one_is_told(tmp_path):
    (tmp_path / "python3.12").write_text(EMPTY_SHIM)
    (tmp_path / "python3.12").chmod(0o755)
    for tool in ("dirname", "sha256sum", "cut"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")

    refused = subprocess.run(
        ["/bin/bash", "requirements/install.sh", "demo"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "VENV": str(tmp_path / "venv")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert "Tessera needs Python 3.11, 3.12 or 3.13" in refused.stderr
    assert not (tmp_path / "venv").exists()
