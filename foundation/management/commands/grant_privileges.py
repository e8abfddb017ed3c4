"""Grant the application's database role, and the banker's, their privileges."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from foundation.privileges import grant_privileges, list_privileges

_EXISTS = "SELECT FROM pg_roles WHERE rolname = %s"
_WRONG_OWNER = """
    SELECT relname, relowner::regrole, pg_has_role(%(role)s, relowner, 'MEMBER') AS is_own
      FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(tables)s)
       AND (pg_has_role(%(role)s, relowner, 'MEMBER') OR NOT pg_has_role(relowner, 'USAGE'))
     ORDER BY is_own DESC, relname LIMIT 1
"""
_MAKES_ROLES = "SELECT FROM pg_roles WHERE rolname = %s AND rolcreaterole"
_IS_MEMBER = "SELECT WHERE pg_has_role(%s, %s, 'USAGE')"
_MAY_CREATE = "SELECT WHERE has_schema_privilege(%s, 'public', 'CREATE')"


class Command(BaseCommand):
    """Grant exactly the listed privileges and revoke all others."""

    help = "As the tables' owner: let the application's role do what it needs. Part of migrate."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept no arguments of its own."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant the privileges; refuse a role that is the owner or can become it."""
        role: str = settings.APPLICATION_ROLE
        check_roles()
        grant_privileges(role, banker=settings.BANKER_ROLE)
        if _ask(_MAY_CREATE, [role]) is not None:
            raise CommandError(
                f"{role} may still make tables, because the database is somebody else's:"
                " ALTER DATABASE ... OWNER TO the tables' owner, and grant again."
            )
        self._tell(role, verbosity=options["verbosity"])

    def _tell(self, role: str, *, verbosity: int) -> None:
        privileges = list_privileges()
        if verbosity > 1:
            for table, verbs in privileges.items():
                for verb in verbs:
                    self.stdout.write(f"{table}: {verb}")
        if verbosity > 0:
            self.stdout.write(f"{role} has its privileges on {len(privileges)} tables.")


def check_roles() -> None:
    """Check that both roles are weaker than the current user, who must own the tables.

    Raises:
        CommandError: says which is not the case, and what to do.
    """
    role, banker = settings.APPLICATION_ROLE, settings.BANKER_ROLE
    for name in (role, banker):
        _check_role(name)
    if _ask(_IS_MEMBER, [banker, role]) is None:
        raise CommandError(
            f"{banker} lacks the application's rights: GRANT {role} TO {banker}."
        )


def _check_role(role: str) -> None:
    if _ask(_EXISTS, [role]) is None:
        raise CommandError(f"There is no role {role}; docs/operations.md makes it.")
    if _ask(_MAKES_ROLES, [role]) is not None:
        raise CommandError(f"{role} may make itself the owner: ALTER ROLE {role} NOCREATEROLE.")
    wrong = _ask(_WRONG_OWNER, {"role": role, "tables": list(list_privileges())})
    if wrong is None:
        return
    table, owner, is_own = wrong
    if is_own:
        raise CommandError(
            f"{table} belongs to {owner}, and {role} has all that role's rights."
            " docs/operations.md hands the tables over to an owner."
        )
    raise CommandError(f"{table} belongs to {owner}: connect as that role.")


def _ask(question: str, values: list[str] | dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        answer: tuple[Any, ...] | None = cursor.fetchone()
    return answer
