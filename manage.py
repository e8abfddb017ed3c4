#!/usr/bin/env python3
"""Django's command line, with the Python of .venv and, beside a demo, its settings."""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - any Python reads this
VENV = os.path.join(ROOT, ".venv")  # noqa: PTH118


def use_environment() -> None:
    """Go on with the Python of .venv where a bare one was called."""
    python = os.path.join(VENV, "bin", "python")  # noqa: PTH118
    if sys.prefix == sys.base_prefix and os.access(python, os.X_OK):
        os.execv(python, [python, *sys.argv])  # noqa: S606 - our own file and arguments


def main() -> None:
    """Run one command."""
    use_environment()
    try:
        from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
        from django.core.management import execute_from_command_line  # noqa: PLC0415

        from demo.settings import adopt_demo  # noqa: PLC0415
    except ImportError as error:
        sys.exit(f"{error}. The packages are in .venv: run `make environment`, or `make demo`.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    adopt_demo()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(
            f"{error}. docs/settings.md lists all; beside a running demo its own are used."
        )


if __name__ == "__main__":
    main()
