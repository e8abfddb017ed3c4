"""Databases with ten thousand, a million and ten million transfers and the same accounts."""

import psycopg
from payers import STORE_ID, WALLET_ID, WALLETS
from psycopg import sql
from rounds import run_script

from servers.embedded import Servers

STORES = 100
SAFEGUARD_ID = 0x00000000_0000_4000_A000_000000000001
# As much as all measurements together will not spend.
_FUNDS_MINOR = 1_000_000_000
_AT_ONCE = 1_000_000
_FACTS = {
    "wallets": WALLETS,
    "stores": STORES,
    "wallet": f"{WALLET_ID:032x}"[:20],
    "store": f"{STORE_ID:032x}"[:20],
    "safeguard": f"{SAFEGUARD_ID:032x}",
    "funds": _FUNDS_MINOR,
}
_MAKE_ID = """
    CREATE FUNCTION pg_temp.make_id(owner text, number bigint) RETURNS uuid LANGUAGE sql
    IMMUTABLE RETURN (owner || lpad(to_hex(number), 12, '0'))::uuid
"""
_ACCOUNTS = """
    INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative, balance_minor)
    SELECT pg_temp.make_id(%(wallet)s, n), 'wallet', 'EUR', 'credit', false, %(funds)s
      FROM generate_series(1, %(wallets)s) n
     UNION ALL
    SELECT pg_temp.make_id(%(store)s, n), 'takings', 'EUR', 'credit', true, 0
      FROM generate_series(1, %(stores)s) n
     UNION ALL
    SELECT %(safeguard)s::uuid, 'safeguard', 'EUR', 'debit', true, 0
"""
_TOP_UPS = """
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                 currency, kind, reference, posted_at)
    SELECT uuidv7(at - now()), %(safeguard)s::uuid, pg_temp.make_id(%(wallet)s, n), %(funds)s,
           'EUR', 'top_up', 'A-17', at
      FROM (SELECT n, now() - interval '90 days' + (n - %(wallets)s) * interval '1 ms' AS at
              FROM generate_series(1, %(wallets)s) n) made
"""
_FILLED = """
    UPDATE ledger_account a SET last_posted_at = t.posted_at
      FROM ledger_transfer t WHERE t.credit_account_id = a.id AND NOT a.may_go_negative
"""
# Some wallets pay more often than others, and the largest store has a tenth of all.
_CAPTURES = """
    INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id, amount_minor,
                                 currency, kind, reference, posted_at)
    SELECT uuidv7(at - now()), pg_temp.make_id(%(wallet)s, w), pg_temp.make_id(%(store)s, s),
           amount, 'EUR', 'capture', 'A-17', at
      FROM (SELECT now() - interval '89 days' + n * interval '88 days' / %(total)s AS at,
                   1 + floor(power(random(), 1.5) * %(wallets)s)::int AS w,
                   1 + floor(power(random(), 2) * %(stores)s)::int AS s,
                   1 + floor(random() * 2500)::int AS amount
              FROM generate_series(%(first)s::bigint, %(last)s) n) made
"""
_BALANCES = """
    UPDATE ledger_account a
       SET balance_minor = %(funds)s - t.spent, last_posted_at = t.last
      FROM (SELECT debit_account_id, sum(amount_minor)::bigint AS spent, max(posted_at) AS last
              FROM ledger_transfer WHERE kind = 'capture' GROUP BY 1) t
     WHERE a.id = t.debit_account_id
"""


def make_smallest(servers: Servers, name: str) -> None:
    """Make a migrated database in which each wallet was filled once: 10,000 transfers."""
    servers.create_database(name)
    owner = servers.owner_url(name)
    run_script("../manage.py", "migrate", "--noinput", "--verbosity=0", url=owner)
    with psycopg.connect(servers.superuser_url(name), autocommit=True) as connection:
        connection.execute(_MAKE_ID)
        for statement in (_ACCOUNTS, _TOP_UPS, _FILLED):
            connection.execute(statement, _FACTS)
        connection.execute("VACUUM (ANALYZE)")


def clone(servers: Servers, name: str, *, source: str) -> None:
    """Clone a database, which must have no connections."""
    with psycopg.connect(servers.superuser_url("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )


def grow(servers: Servers, name: str, *, transfers: int) -> None:
    """Add captures to a clone of the smallest, in the order of time, until it has so many."""
    total = transfers - WALLETS
    with psycopg.connect(servers.superuser_url(name), autocommit=True) as connection:
        # Asynchronous commits, all of which are on disk before anything is measured.
        connection.execute("SET synchronous_commit = off")
        connection.execute(_MAKE_ID)
        for first in range(1, total + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, total)
            connection.execute(
                _CAPTURES, _FACTS | {"first": first, "last": last, "total": total}
            )
        connection.execute(_BALANCES, _FACTS)
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
