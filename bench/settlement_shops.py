"""Many merchants of a database for `bench/settlement.py`, and how soon all are closed.

    python bench/settlement_shops.py make MERCHANTS LINES    each with so many lines of a day
    python bench/settlement_shops.py bare                    by two connections with SQL alone
    python bench/settlement_shops.py settle                  as the timetable does, by a worker

Each is a process of its own, with the settings.
"""

import json
import os
import sys
import threading
import time
from uuid import UUID

import django
import psycopg

django.setup()

import uuid6  # noqa: E402  the settings are read first

from merchants.due_settlements import share_due_settlements  # noqa: E402
from merchants.models import Settlement  # noqa: E402

_CONNECTIONS = 2
# Parts that nobody took in time are due in the next round, which beat would begin.
_SHARE_AGAIN_S = 60
_POLL_S = 0.02
# Clones of the first merchant, store and balance, whatever columns these have.
_MAKE = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    CREATE TEMP TABLE shop AS
    SELECT n, uuidv7() AS merchant, uuidv7() AS store, uuidv7() AS balance,
           uuidv7() AS payable, uuidv7() AS receivable, uuidv7() AS takings
      FROM generate_series(1, %(merchants)s) n;
    CREATE TEMP TABLE begun AS SELECT now() - interval '3 days' AS at;
    UPDATE merchants_merchantbalance SET settled_until = now();
    INSERT INTO ledger_account (id, kind, currency, normal_side, may_go_negative)
    SELECT new.id, kind, currency, normal_side, may_go_negative
      FROM shop, LATERAL (VALUES (payable, 'payable'), (receivable, 'receivable'),
                                 (takings, 'takings')) new (id, kind)
      JOIN LATERAL (SELECT currency, normal_side, may_go_negative FROM ledger_account a
                     WHERE a.kind = new.kind LIMIT 1) one ON true;
    INSERT INTO merchants_merchant
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', merchant,
            'name', 'Shop ' || n))).*
      FROM shop, merchants_merchant one
     WHERE one.id = (SELECT id FROM merchants_merchant ORDER BY id LIMIT 1);
    INSERT INTO merchants_store
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', store, 'merchant_id', merchant,
            'takings_account_id', takings))).*
      FROM shop, merchants_store one
     WHERE one.id = (SELECT id FROM merchants_store ORDER BY id LIMIT 1);
    INSERT INTO merchants_merchantbalance
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', balance,
            'merchant_id', merchant, 'payable_account_id', payable, 'fence', 0,
            'receivable_account_id', receivable,
            'settled_until', begun.at))).*
      FROM shop, begun, merchants_merchantbalance one
     WHERE one.id = (SELECT id FROM merchants_merchantbalance ORDER BY id LIMIT 1);
    INSERT INTO merchants_payoutaccount (id, merchant_id, iban, bic, bank_name, holder, street,
        building_number, postcode, town, country, asked_by_id, asked_at, counts_from)
    SELECT uuidv7(), merchant, 'IE29AIBK93115212345678', 'AIBKIE2D', '', 'Shop ' || n,
           'Quay Street', '3', 'D02 X285', 'Dublin', 'IE', person.id, begun.at, begun.at
      FROM shop, begun, (SELECT id FROM identity_user ORDER BY id LIMIT 1) person;
    INSERT INTO merchants_settlementline (id, balance_id, store_id, kind, charge_id,
        short_code, reference, amount_minor, fee_minor, is_receivable, at)
    SELECT uuidv7(sold_at - clock_timestamp()), balance, store, 'sale', gen_random_uuid(),
           lpad(to_hex(number), 8, '0'), '', 480, 2, false, sold_at
      FROM (SELECT shop.*, number, begun.at + number * interval '1 day' / %(lines)s AS sold_at
              FROM generate_series(1, %(lines)s) number, begun, shop ORDER BY number, n) made;
    SET session_replication_role = DEFAULT
"""
_TAKE = """
    WITH taken AS (
        UPDATE merchants_settlementline SET settlement_id = %s
         WHERE balance_id = %s AND settlement_id IS NULL AND at < now()
        RETURNING store_id, kind, amount_minor, fee_minor
    )
    SELECT store_id, kind, count(*), sum(amount_minor), sum(fee_minor)
      FROM taken GROUP BY store_id, kind
"""
_SETTLE = """
    INSERT INTO merchants_settlement (id, balance_id, number, currency, opened_at, closed_at,
        opening_minor, sales_count, sales_minor, refunds_count, refunds_minor, fees_minor,
        adjusted_minor, payout_minor, closing_minor)
    SELECT %s, id, 1, currency, settled_until, now(), 0, 0, 0, 0, 0, 0, 0, 0, 0
      FROM merchants_merchantbalance WHERE id = %s
"""
_DUE = """
    SELECT id FROM merchants_merchantbalance
     WHERE settled_until < now() - interval '1 day' ORDER BY id
"""


def make(merchants: int, lines: int) -> None:
    """Make merchants that are due, with the lines of a day in the order of their instants."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(
        url, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        connection.execute(_MAKE, {"merchants": merchants, "lines": lines})
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def take_bare() -> float:
    """Take and sum each merchant's lines by SQL alone, each committed; return the seconds."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        due = [row[0] for row in connection.execute(_DUE).fetchall()]
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_take_each, args=(url, due[place::_CONNECTIONS]))
        for place in range(_CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _take_each(url: str, balance_ids: list[UUID]) -> None:
    with psycopg.connect(url) as connection:
        for balance_id in balance_ids:
            settlement_id = uuid6.uuid7()
            connection.execute(_SETTLE, [settlement_id, balance_id])
            connection.execute(_TAKE, [settlement_id, balance_id]).fetchall()
            connection.commit()


def settle() -> float:
    """Share out what is due, as the timetable does; return the seconds until all is closed."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        wanted = Settlement.objects.count() + len(connection.execute(_DUE).fetchall())
        began = time.perf_counter()
        shared_at = 0.0
        while Settlement.objects.count() < wanted:
            if time.perf_counter() - shared_at > _SHARE_AGAIN_S:
                shared_at = time.perf_counter()
                share_due_settlements()
            time.sleep(_POLL_S)
    return time.perf_counter() - began


def main() -> None:
    """Do one step; print its seconds."""
    step, *sizes = sys.argv[1:]
    if step == "make":
        make(*map(int, sizes))
        return
    print(json.dumps({"s": take_bare() if step == "bare" else settle()}))


if __name__ == "__main__":
    main()
