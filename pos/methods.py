"""How sales are paid: by whose code, and at what place the customer met it."""

from uuid import UUID

from django.db import connection

from pos.models import Charge

_NOTE = """
    INSERT INTO pos_collection (charge_id, payer_account_id)
    SELECT open.id, %(payer)s
      FROM (SELECT id FROM pos_charge
             WHERE id = %(charge)s AND status <> 'captured' FOR SHARE) open
        ON CONFLICT DO NOTHING
"""


def note_collection(charge: Charge, *, payer_account_id: UUID) -> None:
    """Keep that a till read this account's code for the charge; again, keep it once.

    Whether the account paid then is the charge's own fact. A charge that is captured keeps the
    method that its fee was taken by, so nothing is noted of it; one that is being captured is
    waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"charge": charge.id, "payer": payer_account_id})


# Of charge `c` and of collection `k`, if there is one by the account that paid.
METHOD_SQL = "pos_name_method(k.id IS NOT NULL, c.counter_code_id, c.terminal_id)"
