"""What the application's database role may do with each table; the tables' owner grants it.

An application whose tables allow more or less than `USUAL` has a module like this one;
`settings.TABLE_PRIVILEGES` names them. The verbs are those of SQL's GRANT. What is given to
nobody is nobody's: who adds a table gets `USUAL` for it, and only by granting again.
"""

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

USUAL = ("SELECT", "INSERT", "UPDATE")
# Money moves and the books are closed by the ledger's functions alone, which run with their
# owner's rights.
PRIVILEGES = {
    "ledger_account": (
        "SELECT",
        "INSERT (id, kind, currency, normal_side, may_go_negative)",
        "UPDATE (closed_at)",
    ),
    "ledger_bookcheck": ("SELECT", "INSERT"),
    "ledger_checkpoint": ("SELECT",),
    "ledger_hold": ("SELECT",),
    "ledger_horizon": ("SELECT",),
    "ledger_seal": ("SELECT", "INSERT"),
    "ledger_sealleaves": ("SELECT", "INSERT"),
    "ledger_transfer": ("SELECT",),
}
# All is taken first, so that what an earlier version or a person has given is gone too. No
# process that is open to the network may bring money in from the bank.
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
    REVOKE EXECUTE ON FUNCTION ledger_allow_top_ups() FROM {role};
"""


def list_privileges() -> dict[str, tuple[str, ...]]:
    """Give the verbs of every table of the installed applications, by the table's name."""
    names = connection.introspection.django_table_names(include_views=False)
    tables: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(names), USUAL)
    for path in settings.TABLE_PRIVILEGES:
        tables |= import_string(path)
    return tables


def grant_privileges(role: str) -> None:
    """Give the role exactly its privileges on the connected database; twice is fine.

    For the tables' owner alone. It is one transaction: who is selling meanwhile loses only
    what is no longer in the list.
    """
    quote = connection.ops.quote_name
    database = str(connection.settings_dict["NAME"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AROUND.format(database=quote(database), role=quote(role)))
        for table, verbs in list_privileges().items():
            granted = ", ".join(verbs)
            cursor.execute(f"GRANT {granted} ON {quote(table)} TO {quote(role)}")
