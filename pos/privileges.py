"""What the application's database role may do with the tables of the till.

A charge's goods and payee never change once it is open, its amount by the tip alone; its fee
is written by the capture.
"""

_LIFE_OF_A_CHARGE = (
    "UPDATE (status, version, amount_minor, tip_minor, tip_is_payers, payer_account_id,"
    " payer_name, payer_email, claimed_at,"
    " lease_until, expires_at, was_extended_for_payer, captured_at, fee_minor, canceled_at,"
    " expired_at, given_minor, rounding_minor, refunded_minor, refunds_count, refusal,"
    " refused_at)"
)
PRIVILEGES = {
    "pos_acknowledgement": ("SELECT", "INSERT"),
    "pos_cashcount": ("SELECT", "INSERT"),
    "pos_cashmovement": ("SELECT", "INSERT"),
    "pos_approval": ("SELECT", "INSERT", "UPDATE (charge_id)"),
    "pos_category": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "pos_charge": ("SELECT", "INSERT", _LIFE_OF_A_CHARGE),
    "pos_chargediscount": ("SELECT", "INSERT"),
    "pos_chargeline": ("SELECT", "INSERT"),
    "pos_closing": ("SELECT", "INSERT"),
    "pos_closingentry": ("SELECT", "INSERT"),
    "pos_closingsum": ("SELECT", "INSERT"),
    "pos_collection": ("SELECT", "INSERT"),
    "pos_discountreason": ("SELECT", "INSERT", "DELETE"),
    "pos_duereceipt": ("SELECT", "INSERT", "DELETE"),
    "pos_parkedcart": (
        "SELECT",
        "INSERT",
        "UPDATE (taken_at, taken_by_id, taken_key, removed_at)",
    ),
    "pos_option": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "pos_optiongroup": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "pos_parkedline": ("SELECT", "INSERT"),
    "pos_parkedoption": ("SELECT", "INSERT", "DELETE"),
    "pos_itemimportproblem": ("SELECT", "INSERT"),
    "pos_itempicture": ("SELECT", "INSERT"),
    "pos_receipt": ("SELECT", "INSERT", "UPDATE (mail_tries, mail_leased_until, mailed_at)"),
    "pos_refund": ("SELECT", "INSERT"),
    "pos_refundvat": ("SELECT", "INSERT"),
    "pos_stockmove": ("SELECT", "INSERT"),
    "pos_countercode": ("SELECT", "INSERT", "UPDATE (revoked_at)"),
}
