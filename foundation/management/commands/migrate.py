"""Bring the database to this version: schema, SQL functions and privileges, in one go."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from foundation.management.commands.grant_privileges import check_roles
from foundation.new_tables import Executor
from foundation.sql_functions import install_functions, list_functions

_ROOT = Path(__file__).resolve().parents[3]
# Django's command offers no other way to choose who applies the migrations.
migrate.MigrationExecutor = Executor  # type: ignore[attr-defined]


class Command(migrate.Command):
    """Django's own command for the schema; then facts that are code, functions and grants.

    With the name of an application it changes that one's schema and nothing else.
    """

    help = "Bring schema, SQL functions and the application role's privileges to this version."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse to begin with wrong roles, or on a database of another version."""
        looks_only = options["plan"] or options["check_unapplied"]
        is_whole = not options["app_label"] and not looks_only
        if is_whole:
            check_roles()
            _check_version()
        super().handle(*args, **options)
        if is_whole:
            for step in settings.AFTER_SCHEMA:
                import_string(step)()
            for done in install_functions(list_functions()):
                if options["verbosity"] > 0:
                    self.stdout.write(f"  {done}")
            call_command("grant_privileges", verbosity=options["verbosity"])


def _check_version() -> None:
    loader = MigrationLoader(connection)
    ours = {
        app.label for app in apps.get_app_configs() if Path(app.path).resolve().parent == _ROOT
    }
    unknown = sorted(
        f"{label}.{name}"
        for label, name in set(loader.applied_migrations) - set(loader.disk_migrations)
        if label in ours
    )
    if unknown:
        raise CommandError(
            f"This database was made by another version of Tessera: {unknown[0]} is applied and"
            " no part of this one. Before the first release there is no way across;"
            " `make demo-reset` forgets a demo's."
        )
