"""Ask every proof of the books inside the transaction of a test."""

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string


def find_broken() -> dict[str, tuple[str, str]]:
    """Give the broken claims, each with the first row that breaks it."""
    proofs = [proof for path in settings.BOOK_PROOFS for proof in import_string(path)]
    broken = {}
    with connection.cursor() as cursor:
        for proof in proofs:
            cursor.execute(f"{proof.offending} LIMIT 1")
            if row := cursor.fetchone():
                broken[proof.claim] = (str(row[0]), row[1])
    return broken
