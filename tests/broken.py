"""Check every invariant of the books inside a test's transaction."""

from django.db import connection

from ledger.invariants.runner import list_invariants, prove


def find_broken() -> dict[str, tuple[str, str]]:
    """Return the broken claims, each with the first row that breaks it."""
    with connection.cursor() as cursor:
        verdicts = [prove(invariant, cursor=cursor) for invariant in list_invariants()]
    return {each.claim: each.offending for each in verdicts if each.offending is not None}
