"""The lines of a settlement's file for programs, as PostgreSQL forms them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from ledger.money import find_exponent
from merchants.fee_versions import list_versions
from merchants.models import Merchant, Settlement
from merchants.reports.files import LinesText
from merchants.reports.program import list_names
from pos.methods import METHOD_SQL
from pos.reference_letters import spread_bits, take_bits, write_letters

_AT_ONCE = 10_000
_UNHURRIED = "SET LOCAL statement_timeout = 0"
_USE_ZONE = "SELECT set_config('TimeZone', %s, true)"
# What is the same in many lines is written once: names with their commas, and what ends a line.
# A refund of an older sale is followed by what it says of that.
# References of letters and digits need no mark. The sales of some lines stand together in the
# index of charges: read one by one they took as long as all the rest.
_LINES = """
    WITH line AS MATERIALIZED (
        SELECT *, {spread}
          FROM (SELECT row_number() OVER (ORDER BY at, id) AS place, id, at, kind, store_id,
                       charge_id, {take}, short_code, reference, fee_minor,
                       CASE WHEN kind = 'sale' THEN amount_minor ELSE -amount_minor END
                           AS amount_minor
                  FROM merchants_settlementline
                 WHERE settlement_id = %(settlement)s AND (at, id) > (%(last_at)s, %(last_id)s)
                 ORDER BY at, id LIMIT %(most)s) taken
    ), made AS (
        SELECT c.id, c.terminal_id, c.cashier_id {method}
          FROM pos_charge c {collected}
         WHERE c.merchant_id = %(merchant)s
           AND c.id >= (SELECT id FROM line WHERE kind = 'sale' ORDER BY id LIMIT 1)
           AND c.id <= (SELECT id FROM line WHERE kind = 'sale' ORDER BY id DESC LIMIT 1)
         UNION ALL
        SELECT line.id, refund.terminal_id, refund.cashier_id {method}
          FROM line, LATERAL (SELECT terminal_id, cashier_id FROM pos_refund
                               WHERE id = line.id LIMIT 1) refund,
               LATERAL (SELECT id, counter_code_id, terminal_id, payer_account_id
                          FROM pos_charge WHERE id = line.charge_id LIMIT 1) c {collected}
         WHERE line.kind = 'refund'
    ), rule AS MATERIALIZED (
        SELECT * FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[],
                             %(rules)s::text[]) AS rule (since, until, field)
    ), older AS MATERIALIZED (
        SELECT line.id, concat(
                   begin, 'sale_day,', sale.at::date, E'\\r\\n',
                   begin, 'sale_settlement,', pos_encode_reference('se', sale.settlement_id),
                   E'\\r\\n', begin, 'sale_fee,',
                   CASE WHEN sale.fee_minor > 0 THEN 'kept' ELSE 'none' END, E'\\r\\n') AS rows
          FROM line,
               LATERAL (SELECT at, settlement_id, fee_minor FROM merchants_settlementline
                         WHERE id = line.charge_id LIMIT 1) sale,
               concat('older,', %(before)s + place, repeat(',', %(blanks)s)) begin
         WHERE line.kind = 'refund' AND sale.settlement_id <> %(settlement)s
    ), store AS MATERIALIZED (
        SELECT id, ',' || merchants_write_field(name) || ',' AS field FROM merchants_store
         WHERE id IN (SELECT store_id FROM line)
    ), till AS MATERIALIZED (
        SELECT till.id, merchants_write_field(till.name) || ',' AS field
          FROM pos_terminal till JOIN merchants_store store ON store.id = till.store_id
         WHERE store.merchant_id = %(merchant)s
    ), cashier AS MATERIALIZED (
        SELECT member.id, merchants_write_field(person.name) || ',' AS field
          FROM merchants_staffmember member JOIN identity_user person
               ON person.id = member.user_id
         WHERE member.merchant_id = %(merchant)s
    )
    SELECT string_agg(
               'line,' || %(before)s + place
               || CASE WHEN kind = 'sale' THEN ',sale,' ELSE ',refund,' END
               || btrim(to_json(date_trunc('second', at))::text, '"') || store.field
               || coalesce(till.field, ',') || coalesce(cashier.field, ',')
               || {letters}
               || ',' || left(short_code, 4) || '-' || substr(short_code, 5)
               || CASE WHEN kind = 'sale' THEN ',,'
                       ELSE ',' || pos_encode_reference('rf', line.id) || ',' END
               || CASE WHEN reference ~ '^[0-9A-Za-z][^",\\r\\n]*$' THEN reference
                       ELSE merchants_write_field(reference) END
               || ',' || amount_minor * %(unit)s || ',' || -fee_minor * %(unit)s
               || ',' || (amount_minor - fee_minor) * %(unit)s || %(currency)s
               {fee}
               || E',,\\r\\n'
               || coalesce(older.rows, ''), '' ORDER BY place),
           count(*), coalesce(sum(amount_minor - fee_minor), 0)::bigint, max(at)::text,
           (SELECT id FROM line ORDER BY place DESC LIMIT 1)
      FROM line JOIN store ON store.id = line.store_id
      LEFT JOIN made ON made.id = line.id
      LEFT JOIN till ON till.id = made.terminal_id
      LEFT JOIN cashier ON cashier.id = made.cashier_id
      LEFT JOIN older ON older.id = line.id
      LEFT JOIN rule ON line.kind = 'sale' AND line.at >= rule.since AND line.at < rule.until
"""
# One look by its key for each sale: the table is of all shops.
_COLLECTED = """
    LEFT JOIN LATERAL (SELECT id FROM pos_collection
                        WHERE charge_id = c.id AND payer_account_id = c.payer_account_id
                        LIMIT 1) k ON true
"""


def _make_statement(*, method: str, collected: str, fee: str) -> str:
    return _LINES.format(
        take=take_bits("charge_id"),
        spread=spread_bits(),
        letters=write_letters("ch"),
        method=method,
        collected=collected,
        fee=fee,
    )


# By the form of the settlement's file.
_WRITE = {
    1: _make_statement(method="", collected="", fee=""),
    2: _make_statement(
        method=f", {METHOD_SQL} AS method",
        collected=_COLLECTED,
        fee="|| ',' || coalesce(made.method, '') || coalesce(rule.field, ',,')",
    ),
}


def write_lines(settlement: Settlement) -> Iterator[LinesText]:
    """Write a settlement's lines, oldest first, ten thousand at a time.

    No transaction stays open between two of them, so the reader may be slow; a closed
    settlement's lines never change, so they are consistent all the same. Its balance's merchant
    must be loaded.
    """
    facts: dict[str, Any] = {
        "settlement": settlement.id,
        "merchant": settlement.balance.merchant_id,
        "form": settlement.form,
        "blanks": len(list_names(settlement)),
        "currency": f",{settlement.currency}",
        **_list_rules(settlement.balance.merchant),
        "unit": Decimal(1).scaleb(-find_exponent(settlement.currency)),
        "most": _AT_ONCE,
        "before": 0,
        "last_at": "-infinity",
        "last_id": UUID(int=0),
    }
    while True:
        text, count, net_minor, facts["last_at"], facts["last_id"] = _write(
            facts, time_zone=settlement.balance.merchant.time_zone
        )
        if count:
            yield LinesText(text, count=count, net_minor=net_minor)
        if count < _AT_ONCE:
            return
        facts["before"] += count


def _list_rules(merchant: Merchant) -> dict[str, list[Any]]:
    versions = list_versions(merchant)
    begins = [version.since.isoformat() for version in versions[1:]]
    return {
        "since": ["-infinity", *begins],
        "until": [*begins, "infinity"],
        "rules": [f",{version.number},{version.day.isoformat()}" for version in versions],
    }


def _write(facts: dict[str, Any], *, time_zone: str) -> tuple[str, int, int, str, UUID]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNHURRIED)
        # PostgreSQL writes instants quickly in its own zone alone. Django reads them as of its
        # own, so that one must be back before others ask in the same transaction.
        cursor.execute(_USE_ZONE, [time_zone])
        cursor.execute(_WRITE[facts["form"]], facts)
        row: tuple[str, int, int, str, UUID] = cursor.fetchone()
        cursor.execute(_USE_ZONE, [connection.timezone_name])
        return row
