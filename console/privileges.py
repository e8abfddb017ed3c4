"""What the application's database role may do with the console's tables.

The log is written and read. Operators are made and ended by `console_carry_out_change` alone,
as two of them agreed, and the first by `console_set_up`, which wants the code: both have the
rights of the tables' owner, so that no page and no stolen session makes one. The code's row can
be read, and changed by that function alone.
"""

PRIVILEGES = {
    "console_operator": ("SELECT",),
    "console_auditentry": ("SELECT", "INSERT"),
    "console_freezelift": (
        "SELECT",
        "INSERT",
        "UPDATE (granted_by_id, granted_at, withdrawn_at)",
    ),
    "console_operatorchange": (
        "SELECT",
        "INSERT",
        "UPDATE (agreed_by_id, agreed_at, withdrawn_by_id, withdrawn_at)",
    ),
    "console_networkcount": ("SELECT", "INSERT"),
    "console_networkvalue": ("SELECT", "INSERT"),
    "console_secondlook": (
        "SELECT",
        "INSERT",
        "UPDATE (agreed_by_id, agreed_at, withdrawn_by_id, withdrawn_at)",
    ),
    "console_setupcode": ("SELECT",),
}
