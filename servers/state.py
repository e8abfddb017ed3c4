"""A stack's folder of data, sockets and logs, and the lock on it."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import IO

# Linux allows 107 bytes for the path of a unix socket; PostgreSQL's own name takes 30 of them.
_RUN_PATH_MAX = 75


# Number of random bytes of each; those of the last one are an Ed25519 key.
_SECRETS = {"SECRET_KEY": 48, "PIN_PEPPER": 48, "SIGNING_KEY": 32}


class FolderInUse(Exception):
    """Another stack runs in this folder."""


class StateFolder:
    """A folder that one stack at a time may hold.

    The lock ends with the process that holds it, however that ends, so a leftover lock file
    means nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    @property
    def run(self) -> Path:
        """Return the folder of the sockets, elsewhere if the path inside would be too long."""
        inside = self.path / "run"
        if len(os.fsencode(inside)) <= _RUN_PATH_MAX:
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"tessera-{os.geteuid()}-{name}"

    def hold(self) -> None:
        """Make the folder and take its lock.

        Raises:
            FolderInUse: another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = (self.path / "lock").open("a+")
        try:
            self._take(lock)
            self._make_run_folder()
        except BaseException:
            lock.close()
            raise
        self._lock = lock

    def release(self) -> None:
        """Remove the sockets and release the lock; releasing twice is fine."""
        if self._lock is not None:
            shutil.rmtree(self.run, ignore_errors=True)
            self._lock.close()
            self._lock = None

    def load_secrets(self) -> dict[str, str]:
        """Read this installation's random keys, made at the first call and kept private."""
        path = self.path / "secrets.json"
        loaded: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = {name: size for name, size in _SECRETS.items() if name not in loaded}
        if missing:
            loaded |= {name: secrets.token_urlsafe(size) for name, size in missing.items()}
            write_private(path, json.dumps(loaded))
        return loaded

    def _take(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise FolderInUse(f"{self.path} is in use by process {lock.read()}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()

    def _make_run_folder(self) -> None:
        # Others may traverse it if we are root, because PostgreSQL then is another user.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        self.run.mkdir(mode=mode, exist_ok=True)
        # Below /tmp somebody else may have made it first, to intercept our sockets.
        if not self.run.is_relative_to(self.path) and (
            self.run.is_symlink() or self.run.stat().st_uid != os.geteuid()
        ):
            raise PermissionError(f"{self.run} belongs to somebody else; please remove it")
        self.run.chmod(mode)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, completely or not at all."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
