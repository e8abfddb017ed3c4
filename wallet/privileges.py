"""What the application's database role may do with the tables of wallets."""

PRIVILEGES = {
    "wallet_attempt": ("SELECT", "INSERT"),
    "wallet_claim": ("SELECT", "INSERT", "UPDATE (wallet_id)"),
    "wallet_codemiss": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "wallet_codeseed": ("SELECT", "INSERT", "UPDATE (secret, revoked_at)"),
    "wallet_codeuse": ("SELECT", "INSERT", "UPDATE (outcome)"),
    "wallet_collectmiss": ("SELECT", "INSERT", "DELETE"),
    "wallet_payment": ("SELECT", "INSERT"),
    "wallet_wallet": ("SELECT", "INSERT", "UPDATE (no_pin_count, no_pin_minor)"),
}
