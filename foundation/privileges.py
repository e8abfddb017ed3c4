"""What the application's database role may do; the tables' owner grants it.

An application whose tables allow more or less than `USUAL` lists them in its `privileges.py`.
`settings.TABLE_PRIVILEGES` names the lists, and `settings.WITHHELD_FUNCTIONS` the functions
that the role may not execute: those are `settings.BANKER_ROLE`'s. The verbs are those of SQL's
GRANT. A table in no list gets `USUAL`.
"""

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

USUAL = ("SELECT", "INSERT", "UPDATE")
# Everything is revoked first, including rights granted by earlier versions or by hand.
_AROUND = """
    REVOKE ALL ON DATABASE {database} FROM PUBLIC, {role};
    GRANT CONNECT ON DATABASE {database} TO {role};
    REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
    GRANT USAGE ON SCHEMA public TO {role};
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role};
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
    REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM PUBLIC, {role};
    GRANT EXECUTE ON ALL ROUTINES IN SCHEMA public TO {role};
"""
# The banker is a member of the application's role and has nothing more of its own than these.
_BANKERS = """
    REVOKE ALL ON DATABASE {database} FROM {banker};
    REVOKE ALL ON SCHEMA public FROM {banker};
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {banker};
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {banker};
    REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM {banker};
"""


def list_privileges() -> dict[str, tuple[str, ...]]:
    """Return the verbs of every table of the installed applications, by the table's name."""
    names = connection.introspection.django_table_names(include_views=False)
    tables: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(names), USUAL)
    for path in settings.TABLE_PRIVILEGES:
        tables |= import_string(path)
    return tables


def grant_privileges(role: str, *, banker: str) -> None:
    """Grant both roles exactly their privileges on the connected database; idempotent.

    Must run as the tables' owner, in one transaction: a running process loses only what is no
    longer listed.
    """
    quote = connection.ops.quote_name
    names = {
        "database": quote(str(connection.settings_dict["NAME"])),
        "role": quote(role),
        "banker": quote(banker),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AROUND.format(**names) + _BANKERS.format(**names))
        for function in settings.WITHHELD_FUNCTIONS:
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM {quote(role)}")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quote(banker)}")
        for table, verbs in list_privileges().items():
            granted = ", ".join(verbs)
            cursor.execute(f"GRANT {granted} ON {quote(table)} TO {quote(role)}")
