"""How long a session may wait: set on the roles, because poolers pass nothing on."""

# For the role that sells. The worker's long statements lift theirs for one transaction.
LIMITS = {
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
}
# For the tables' owner: a migration may take its time, but whoever waits behind it must not
# give up first.
OWNER_LIMITS = {"lock_timeout": "1s"}
MISSING = """
    SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = '0' ORDER BY name
"""
