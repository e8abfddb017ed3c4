"""Bring the database to this version: schema, SQL functions and privileges."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate
from django.utils.module_loading import import_string

from foundation.management.commands.grant_privileges import check_owner
from foundation.sql_functions import install_functions, list_functions


class Command(migrate.Command):
    """Django's own command for the schema; then the chart, SQL functions and grants.

    Given an application's name, it migrates only that application's schema.
    """

    help = "Bring schema, SQL functions and the application role's privileges to this version."

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; refuse to begin if the roles are not as required."""
        looks_only = options["plan"] or options["check_unapplied"]
        is_whole = not options["app_label"] and not looks_only
        if is_whole:
            check_owner(settings.APPLICATION_ROLE)
        super().handle(*args, **options)
        if is_whole:
            for step in settings.AFTER_SCHEMA:
                import_string(step)()
            for done in install_functions(list_functions()):
                if options["verbosity"] > 0:
                    self.stdout.write(f"  {done}")
            call_command("grant_privileges", verbosity=options["verbosity"])
