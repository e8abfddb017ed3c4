"""The invariants of charges and refunds."""

from ledger.invariants.books import Invariant
from ledger.invariants.scan_ranges import Pages

_CHARGES = Pages("pos_charge")
_CAPTURED = "SELECT count(*) FROM pos_charge c WHERE {part:c.ctid} AND c.status = 'captured'"
_REFUNDS = Pages("pos_refund")
_ALL_REFUNDS = "SELECT count(*) FROM pos_refund f WHERE {part:f.ctid}"
# Of pending transfers, only their posting moves money.
_MOVED = """
    SELECT count(*) FROM ledger_transfer t
     WHERE {{part:t.ctid}} AND t.kind = '{kind}' AND t.phase IN ('single', 'post')
"""

INVARIANTS = (
    Invariant(
        claim="every captured charge has one transfer, of its amount, from its payer",
        counted=_CAPTURED,
        by=_CHARGES,
        offending="""
            SELECT c.id, c.amount_minor || ' captured, transfer says '
                   || coalesce(t.amount_minor::text, 'nothing')
              FROM pos_charge c
              LEFT JOIN ledger_transfer t ON t.id = c.id AND t.phase IN ('single', 'post')
             WHERE {part:c.ctid} AND c.status = 'captured'
               AND (t.id IS NULL OR t.kind <> 'capture' OR t.amount_minor <> c.amount_minor
                    OR t.currency <> c.currency
                    OR t.debit_account_id <> c.payer_account_id
                    OR t.credit_account_id <> c.takings_account_id)
        """,
    ),
    Invariant(
        claim="every capture in the ledger belongs to a captured charge",
        counted=_MOVED.format(kind="capture"),
        by=Pages("ledger_transfer"),
        offending="""
            SELECT t.id, t.amount_minor || ' ' || t.currency FROM ledger_transfer t
              LEFT JOIN pos_charge c ON c.id = t.id AND c.status = 'captured'
             WHERE {part:t.ctid} AND t.kind = 'capture' AND t.phase IN ('single', 'post')
               AND c.id IS NULL
        """,
    ),
    Invariant(
        claim="refunds never exceed the capture, and each has one transfer to its payer",
        counted="SELECT count(*) FROM pos_charge c WHERE {part:c.ctid}",
        by=_CHARGES,
        offending="""
            SELECT c.id, r.minor || ' refunded, charge says ' || c.refunded_minor
              FROM pos_charge c
             CROSS JOIN LATERAL (
                   SELECT coalesce(sum(f.amount_minor), 0) AS minor, count(*) AS count,
                          coalesce(sum(f.tip_minor), 0) AS tips,
                          count(*) FILTER (WHERE t.amount_minor = f.amount_minor
                                             AND t.currency = c.currency
                                             AND t.credit_account_id = c.payer_account_id
                                             AND t.phase IN ('single', 'post')
                                             AND t.kind = 'refund') AS moved
                     FROM pos_refund f LEFT JOIN ledger_transfer t ON t.id = f.id
                    WHERE f.charge_id = c.id) r
             WHERE {part:c.ctid}
               AND (r.minor <> c.refunded_minor OR r.count <> c.refunds_count
                    OR c.refunded_minor > c.amount_minor
                    OR r.tips > c.tip_minor OR r.minor - r.tips > c.amount_minor - c.tip_minor
                    OR r.moved <> r.count AND c.status <> 'cashed'
                    OR r.count > 0 AND c.status NOT IN ('captured', 'cashed'))
        """,
    ),
    Invariant(
        claim="refunds of cash never exceed the cash that was taken, and none has a transfer",
        counted="SELECT count(*) FROM pos_charge c WHERE {part:c.ctid} AND c.status = 'cashed'",
        by=_CHARGES,
        offending="""
            SELECT c.id, r.handed || ' of ' || c.amount_minor + c.rounding_minor
              FROM pos_charge c
             CROSS JOIN LATERAL (
                   SELECT sum(f.amount_minor + f.rounding_minor) AS handed,
                          count(t.id) AS posted, min(f.amount_minor + f.rounding_minor) AS least
                     FROM pos_refund f LEFT JOIN ledger_transfer t ON t.id = f.id
                    WHERE f.charge_id = c.id) r
             WHERE {part:c.ctid} AND c.status = 'cashed'
               AND (r.posted > 0 OR r.least < 0 OR r.handed > c.amount_minor + c.rounding_minor)
        """,
    ),
    Invariant(
        claim="every refund in the ledger belongs to a refund of the till",
        counted=_MOVED.format(kind="refund"),
        by=Pages("ledger_transfer"),
        offending="""
            SELECT t.id, t.amount_minor || ' ' || t.currency FROM ledger_transfer t
              LEFT JOIN pos_refund f ON f.id = t.id
             WHERE {part:t.ctid} AND t.kind = 'refund' AND t.phase IN ('single', 'post')
               AND f.id IS NULL
        """,
    ),
    Invariant(
        claim="every captured charge is on exactly one settlement line",
        counted=_CAPTURED,
        by=_CHARGES,
        # The line's primary key is the charge's id: there cannot be two.
        offending="""
            SELECT c.id, c.amount_minor || ' captured, the line says '
                   || coalesce(l.amount_minor::text, 'nothing')
              FROM pos_charge c
              LEFT JOIN merchants_settlementline l ON l.id = c.id AND l.kind = 'sale'
             WHERE {part:c.ctid} AND c.status = 'captured'
               AND (l.id IS NULL OR l.amount_minor <> c.amount_minor
                    OR l.fee_minor <> c.fee_minor OR l.tip_minor <> c.tip_minor
                    OR l.store_id <> c.store_id)
        """,
    ),
    Invariant(
        claim="every refund to a wallet is on exactly one settlement line",
        counted=_ALL_REFUNDS,
        by=_REFUNDS,
        offending="""
            SELECT f.id, f.amount_minor || ' refunded, the line says '
                   || coalesce(l.amount_minor::text, 'nothing')
              FROM pos_refund f
              JOIN pos_charge c ON c.id = f.charge_id
              LEFT JOIN merchants_settlementline l ON l.id = f.id AND l.kind = 'refund'
             WHERE {part:f.ctid} AND c.status <> 'cashed'
               AND (l.id IS NULL OR l.amount_minor <> f.amount_minor
                    OR l.charge_id <> f.charge_id OR l.fee_minor <> 0
                    OR l.tip_minor <> f.tip_minor)
        """,
    ),
    Invariant(
        claim="every settlement line is of a captured charge or of its refund",
        counted="SELECT count(*) FROM merchants_settlementline l WHERE {part:l.ctid}",
        by=Pages("merchants_settlementline"),
        offending="""
            SELECT l.id, l.kind || ' ' || l.amount_minor
              FROM merchants_settlementline l
              LEFT JOIN pos_charge c
                ON c.id = l.id AND c.status = 'captured' AND l.kind = 'sale'
              LEFT JOIN (pos_refund f JOIN pos_charge s ON s.id = f.charge_id
                                                      AND s.status = 'captured')
                ON f.id = l.id AND l.kind = 'refund'
             WHERE {part:l.ctid} AND c.id IS NULL AND f.id IS NULL
        """,
    ),
    Invariant(
        claim="every charge paid in cash has no transfer, no settlement line and no fee",
        counted="SELECT count(*) FROM pos_charge c WHERE {part:c.ctid} AND c.status = 'cashed'",
        by=_CHARGES,
        offending="""
            SELECT c.id, c.amount_minor || ' in cash' FROM pos_charge c
             WHERE {part:c.ctid} AND c.status = 'cashed'
               AND (c.fee_minor <> 0 OR c.payer_account_id IS NOT NULL
                    OR EXISTS (SELECT FROM ledger_transfer t WHERE t.id = c.id)
                    OR EXISTS (SELECT FROM merchants_settlementline l WHERE l.id = c.id))
        """,
    ),
    Invariant(
        claim="every charge of lines is their prices less discounts, with VAT on top and tip",
        counted="""
            SELECT count(DISTINCT k.charge_id) FROM pos_chargeline k
              JOIN pos_charge c ON c.id = k.charge_id WHERE {part:c.ctid}
        """,
        by=_CHARGES,
        offending="""
            SELECT c.id, c.amount_minor || ', its lines say ' || k.minor + c.tip_minor
                   || ', discounted by ' || k.discount_minor
              FROM pos_charge c
             CROSS JOIN LATERAL (
                   SELECT sum(l.quantity * l.unit_price_minor - l.discount_minor
                              + l.added_vat_minor) AS minor,
                          sum(l.discount_minor) AS discount_minor,
                          sum(l.added_vat_minor) AS added_minor
                     FROM pos_chargeline l WHERE l.charge_id = c.id) k
             WHERE {part:c.ctid} AND k.minor IS NOT NULL
               AND (c.amount_minor <> k.minor + c.tip_minor
                    OR k.added_minor <> 0 AND NOT c.vat_is_added
                    OR k.discount_minor <> (SELECT coalesce(sum(d.amount_minor), 0)
                                              FROM pos_chargediscount d
                                             WHERE d.charge_id = c.id))
        """,
    ),
    Invariant(
        claim="every refund's parts by rate of VAT are of its goods, and are all where"
        " all have one",
        counted=_ALL_REFUNDS,
        by=_REFUNDS,
        offending="""
            SELECT f.id, v.minor || ' by rate, of ' || f.amount_minor - f.tip_minor
              FROM pos_refund f
              JOIN pos_charge c ON c.id = f.charge_id
             CROSS JOIN LATERAL (SELECT coalesce(sum(p.gross_minor), 0) AS minor
                                   FROM pos_refundvat p WHERE p.refund_id = f.id) v
             WHERE {part:f.ctid}
               AND (v.minor > f.amount_minor - f.tip_minor
                    OR v.minor < f.amount_minor - f.tip_minor
                       AND CASE WHEN EXISTS (SELECT FROM pos_chargeline l
                                              WHERE l.charge_id = c.id)
                           THEN NOT EXISTS (SELECT FROM pos_chargeline l
                                             WHERE l.charge_id = c.id AND l.vat_bps IS NULL)
                           ELSE c.vat_bps IS NOT NULL END)
        """,
    ),
    Invariant(
        claim="what is left of every counted item is what its moves add up to",
        counted="SELECT count(*) FROM pos_item i WHERE {part:i.ctid}",
        by=Pages("pos_item"),
        offending="""
            SELECT i.id, coalesce(i.stock, 0) || ' left, the moves say ' || m.moved
              FROM pos_item i
             CROSS JOIN LATERAL (SELECT coalesce(sum(s.quantity), 0) AS moved
                                   FROM pos_stockmove s WHERE s.item_id = i.id) m
             WHERE {part:i.ctid} AND coalesce(i.stock, 0) <> m.moved
        """,
    ),
    Invariant(
        claim="every charge captured, cashed, canceled or expired has the event that says so",
        counted="SELECT count(*) FROM pos_charge c WHERE {part:c.ctid}",
        by=_CHARGES,
        offending="""
            SELECT c.id, c.status FROM pos_charge c
             WHERE {part:c.ctid} AND c.status IN ('captured', 'cashed', 'canceled', 'expired')
               AND NOT EXISTS (SELECT 1 FROM relay_event e
                                WHERE e.subject = c.id AND e.kind = 'charge.' || c.status)
        """,
    ),
)
