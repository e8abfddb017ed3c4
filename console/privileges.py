"""What the application's database role may do with the console's tables.

The log is written and read; operators are made by the tables' owner alone, so that no page and
no stolen session makes one. The first one is made by `console_set_up`, which has the owner's
rights and wants the code; the code's row can be read, and changed by that function alone.
"""

PRIVILEGES = {
    "console_operator": ("SELECT",),
    "console_auditentry": ("SELECT", "INSERT"),
    "console_freezelift": (
        "SELECT",
        "INSERT",
        "UPDATE (granted_by_id, granted_at, withdrawn_at)",
    ),
    "console_setupcode": ("SELECT",),
}
