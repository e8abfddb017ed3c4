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
        "UPDATE (no_pin_count, no_pin_minor, frozen_at, frozen_by)",
    ),
}
