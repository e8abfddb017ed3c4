"""What the application's database role may do with the ledger's tables.

Money moves and history is closed by the ledger's functions alone, which run with their owner's
rights.
"""

PRIVILEGES = {
    "ledger_account": (
        "SELECT",
        "INSERT (id, kind, currency, normal_side, may_go_negative)",
        "UPDATE (closed_at)",
    ),
    "ledger_bookcheck": ("SELECT", "INSERT"),
    "ledger_chartevent": ("SELECT",),
    "ledger_chartkind": ("SELECT",),
    "ledger_checkpoint": ("SELECT",),
    "ledger_hold": ("SELECT",),
    "ledger_periodclose": ("SELECT",),
    "ledger_seal": ("SELECT", "INSERT"),
    "ledger_sealleaves": ("SELECT", "INSERT"),
    "ledger_transfer": ("SELECT",),
}
