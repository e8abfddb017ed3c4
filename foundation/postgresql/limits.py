"""How long a session may wait: set on the roles, because poolers do not pass settings on."""

# For the application's role. The worker's long statements lift them for one transaction.
LIMITS = {
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
}
# For the banker, who books thousands of entries by one statement.
BANKER_LIMITS = LIMITS | {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
# For the tables' owner: a migration may take its time, but requests that wait behind it must
# not give up first.
OWNER_LIMITS = {"lock_timeout": "1s"}
MISSING = """
    SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = '0' ORDER BY name
"""
