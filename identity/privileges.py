"""What the application's database role may do with the tables of people.

Whoever turns a second factor off wants it forgotten: its rows are deleted.
"""

PRIVILEGES = {
    "identity_authenticatorapp": ("SELECT", "INSERT", "UPDATE (last_step)", "DELETE"),
    "identity_dashboardsession": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "identity_passkey": ("SELECT", "INSERT", "UPDATE (sign_count, used_at)", "DELETE"),
    "identity_recoverycode": ("SELECT", "INSERT", "UPDATE (used_at)", "DELETE"),
}
