"""Static files with hashed names: scripts import hashed names, sheets include their parts."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import (  # type: ignore[import-untyped]  # ships no types
    CompressedManifestStaticFilesStorage,
)

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Only what has its lines to itself: no text and no pattern of a script begins a line like that.
_SCRIPT_COMMENT = re.compile(r"^[ \t]*(?:/\*(?s:.*?)\*/|//[^\n]*)[ \t]*\n", re.MULTILINE)
_INDENT = re.compile(r"\s*\n\s*")
# A part is in the folder of the sheet that imports it, or below.
_IMPORT = re.compile(r'^@import url\("([\w/-]+\.css)"\);\n', re.MULTILINE)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Names with a hash also inside `import` statements, so no update mixes old and new.

    A sheet of parts is collected as one file, with each part in the place of its import, so
    that browsers fetch it in one request. Comments, a sixth of sheets and a quarter of scripts,
    are left out. Where nothing was collected, browsers import the parts themselves.
    """

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], *args: Any, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        """Yield each file with its new name, and whether it was written."""
        whole = {name: (_WholeSheets(source), path) for name, (source, path) in paths.items()}
        yield from super().post_process(whole, *args, **options)


class _WholeSheets:
    def __init__(self, source: Storage) -> None:
        self._source = source

    def open(self, path: str) -> "File[bytes] | File[str]":
        if path.endswith(".js"):
            with self._source.open(path) as file:
                return ContentFile(_SCRIPT_COMMENT.sub("", file.read().decode()).encode())
        if not path.endswith(".css"):
            return self._source.open(path)
        rules = _COMMENT.sub("", self._join(path))
        return ContentFile(_INDENT.sub("\n", rules).encode())

    def _join(self, path: str) -> str:
        with self._source.open(path) as file:
            sheet: str = file.read().decode()
        folder = PurePosixPath(path).parent
        return _IMPORT.sub(lambda found: self._join(str(folder / found[1])), sheet)
