"""Checks of this application's settings for `manage.py check`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from pos.print.fonts import Font


def check_sheet_fonts(**_options: Any) -> list[CheckMessage]:
    """Open every font the operator has added, before a shop prints with it."""
    return [
        Error(f"SHEET_FONTS: {path} is no font that can be read.", id="pos.E001")
        for path in settings.SHEET_FONTS
        if not _is_font(Path(path))
    ]


def _is_font(path: Path) -> bool:
    try:
        Font(path)
    except ValueError:
        return False
    return True
