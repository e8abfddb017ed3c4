"""What the application's database role may do with the console's tables.

The log is written and read; operators are made by the tables' owner alone, so that no page and
no stolen session makes one.
"""

PRIVILEGES = {
    "console_operator": ("SELECT",),
    "console_auditentry": ("SELECT", "INSERT"),
}
