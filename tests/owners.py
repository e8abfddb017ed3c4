"""The rights of the tables' owner, for tests that do what the application may not."""

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from servers.embedded import APPLICATION_ROLE, OWNER_ROLE


@contextlib.contextmanager
def as_owner() -> Iterator[CursorWrapper]:
    """Run the block as the tables' owner, on the test's own connection.

    It sees what the test has written and is undone with it. Without a transaction around it
    the block is one, and is committed.
    """
    # An error takes the role back with all else, up to where the block began.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
        yield cursor
        cursor.execute(f"SET LOCAL ROLE {APPLICATION_ROLE}")


@contextlib.contextmanager
def logged_in_as_owner() -> Iterator[None]:
    """Log Django in as the owner while the block lasts."""
    settings = connection.settings_dict
    user, options = settings["USER"], settings["OPTIONS"]
    connection.close()
    settings["USER"] = OWNER_ROLE
    settings["OPTIONS"] = {key: options[key] for key in options if key != "assume_role"}
    try:
        yield
    finally:
        connection.close()
        settings["USER"], settings["OPTIONS"] = user, options
