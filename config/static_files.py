"""Static files by content: a script that imports another names that one's own version."""

from whitenoise.storage import (  # type: ignore[import-untyped]  # ships no types
    CompressedManifestStaticFilesStorage,
)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Names with a hash also inside `import` statements, so no update mixes old and new."""

    support_js_module_import_aggregation = True
