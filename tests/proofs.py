"""Ask every proof of the books inside the transaction of a test."""

from django.db import connection

from ledger.invariants.runner import list_proofs, prove


def find_broken() -> dict[str, tuple[str, str]]:
    """Give the broken claims, each with the first row that breaks it."""
    with connection.cursor() as cursor:
        verdicts = [prove(proof, cursor=cursor) for proof in list_proofs()]
    return {each.claim: each.offending for each in verdicts if each.offending is not None}
