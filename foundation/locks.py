"""Locks on a name, for what no row stands for yet."""

from django.db import connection


def lock_name(name: str) -> None:
    """Hold the lock of this name until the transaction ends; others with the name wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))::text", [name])
