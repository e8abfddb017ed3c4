"""Where a run keeps its servers, stacks and temporary files: a folder for each worker."""

import os
from pathlib import Path

from servers.programs import ROOT

# Given by pytest-xdist to every worker of a run; there is none when tests run in one process.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_RUN = ROOT / ".tessera" / os.environ.get("TESSERA_TEST_FOLDER", "test")


def name_folder(purpose: str) -> Path:
    """Name this process's folder for something; the folders above it are there."""
    mine = _RUN / (WORKER or "main")
    mine.mkdir(parents=True, exist_ok=True)
    return mine / purpose
