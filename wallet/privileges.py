"""What the application's database role may do with the tables of wallets."""

PRIVILEGES = {
    "wallet_attempt": ("SELECT", "INSERT"),
    "wallet_claim": ("SELECT", "INSERT", "UPDATE (wallet_id)"),
    "wallet_shortcodemiss": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "wallet_paymentcodeseed": ("SELECT", "INSERT", "UPDATE (secret, revoked_at)"),
    "wallet_paymentcodeuse": ("SELECT", "INSERT", "UPDATE (outcome)"),
    "wallet_paymentcodemiss": ("SELECT", "INSERT", "DELETE"),
    "wallet_payment": ("SELECT", "INSERT"),
    "wallet_wallet": (
        "SELECT",
        "INSERT",
        "UPDATE (no_pin_count, no_pin_minor, paid_minor, tier, frozen_at, frozen_by)",
    ),
    # What a tier allows is written by `migrate` alone.
    "wallet_tierlimit": ("SELECT",),
    # What a customer said of themselves does not change, but is erased.
    "wallet_identityrequest": (
        "SELECT",
        "INSERT",
        "UPDATE (status, ended_at, decided_by_id, reason, erased_at)",
        "UPDATE (legal_name, born_on, street, building_number, postcode, town, country)",
        "UPDATE (document_kind, document_tail)",
    ),
}
