"""How sales are paid: by whose code, and at what place the customer met it."""

from uuid import UUID

from pos.models import Charge, Collection


def note_collection(charge: Charge, *, payer_account_id: UUID) -> None:
    """Keep that a till read this account's code for the charge; again, keep it once.

    Whether the account paid then is the charge's own fact.
    """
    Collection.objects.bulk_create(
        [Collection(charge=charge, payer_account_id=payer_account_id)], ignore_conflicts=True
    )


# Of charge `c` and of collection `k`, if there is one by the account that paid.
# A short code that is typed instead of scanned counts as the till's code.
METHOD_SQL = """
    CASE WHEN k.id IS NOT NULL THEN 'customer_code'
         WHEN c.counter_code_id IS NOT NULL THEN 'counter_code'
         WHEN c.terminal_id IS NOT NULL THEN 'till_code'
         ELSE 'link' END
"""
