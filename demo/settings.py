"""The settings of a demo that runs in this checkout, for `./manage.py` beside it."""

import fcntl
import json
import os
import sys
from pathlib import Path

STATE = Path(__file__).resolve().parent.parent / ".tessera"
# If one of these is set, an installation of one's own is meant.
_OWN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PIN_PEPPER")


def settings_path(state: Path) -> Path:
    """Return the file that holds a running demo's settings, for its owner alone."""
    return state / "demo-settings.json"


def adopt_demo(state: Path = STATE) -> None:
    """Adopt the settings of the demo that runs here, and report it on stderr.

    Does nothing when the environment names servers or secrets, or when no demo runs. For all
    other settings the environment has priority.
    """
    if any(os.environ.get(name) for name in _OWN) or not _runs(state):
        return
    try:
        settings: dict[str, str] = json.loads(settings_path(state).read_text())
    except FileNotFoundError:
        return
    except PermissionError:
        sys.stderr.write("A demo runs here, and it is another user's: set DATABASE_URL.\n")
        return
    os.environ.update({name: os.environ.get(name) or each for name, each in settings.items()})
    sys.stderr.write(f"Using the settings of the demo at {settings['PUBLIC_URL']}.\n")


def _runs(state: Path) -> bool:
    # The file may outlive a killed demo; its lock does not.
    try:
        with (state / "demo" / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
