"""What charges and refunds must satisfy."""

from ledger.proofs import Proof

PROOFS = (
    Proof(
        claim="every captured charge has one transfer, of its amount, from its payer",
        counted="SELECT count(*) FROM pos_charge WHERE status = 'captured'",
        offending="""
            SELECT c.id, c.amount_minor || ' captured, transfer says '
                   || coalesce(t.amount_minor::text, 'nothing')
              FROM pos_charge c
              LEFT JOIN ledger_transfer t ON t.id = c.id
             WHERE c.status = 'captured'
               AND (t.id IS NULL OR t.kind <> 'capture' OR t.amount_minor <> c.amount_minor
                    OR t.debit_account_id <> c.payer_account_id
                    OR t.credit_account_id <> c.takings_account_id)
        """,
    ),
    Proof(
        claim="every capture in the ledger belongs to a captured charge",
        counted="SELECT count(*) FROM ledger_transfer WHERE kind = 'capture'",
        offending="""
            SELECT t.id, t.amount_minor || ' ' || t.currency FROM ledger_transfer t
              LEFT JOIN pos_charge c ON c.id = t.id AND c.status = 'captured'
             WHERE t.kind = 'capture' AND c.id IS NULL
        """,
    ),
    Proof(
        claim="refunds never exceed the capture, and each has one transfer to its payer",
        counted="SELECT count(*) FROM pos_refund",
        offending="""
            SELECT c.id, coalesce(r.sum, 0) || ' refunded, charge says ' || c.refunded_minor
              FROM pos_charge c
              LEFT JOIN (
                SELECT f.charge_id, sum(f.amount_minor) AS sum, count(*) AS count,
                       count(*) FILTER (WHERE t.amount_minor = f.amount_minor
                                          AND t.credit_account_id = p.payer_account_id
                                          AND t.kind = 'refund') AS moved
                  FROM pos_refund f
                  JOIN pos_charge p ON p.id = f.charge_id
                  LEFT JOIN ledger_transfer t ON t.id = f.id
                 GROUP BY f.charge_id) r ON r.charge_id = c.id
             WHERE coalesce(r.sum, 0) <> c.refunded_minor OR c.refunded_minor > c.amount_minor
                OR coalesce(r.count, 0) <> c.refunds_count OR r.moved <> r.count
        """,
    ),
    Proof(
        claim="every captured charge and every refund is on exactly one settlement line",
        counted="SELECT count(*) FROM merchants_settlementline",
        offending="""
            SELECT coalesce(fact.id, l.id), 'the fact or its line is missing'
              FROM (SELECT id, 'sale' AS kind, amount_minor FROM pos_charge
                     WHERE status = 'captured'
                     UNION ALL SELECT id, 'refund', amount_minor FROM pos_refund) fact
              FULL JOIN merchants_settlementline l
                ON l.id = fact.id AND l.kind = fact.kind AND l.amount_minor = fact.amount_minor
             WHERE fact.id IS NULL OR l.id IS NULL
        """,
    ),
    Proof(
        claim="every charge captured, canceled or expired has the event that says so",
        counted="SELECT count(*) FROM pos_charge",
        offending="""
            SELECT c.id, c.status FROM pos_charge c
             WHERE c.status IN ('captured', 'canceled', 'expired')
               AND NOT EXISTS (SELECT 1 FROM relay_event e
                                WHERE e.subject = c.id AND e.kind = 'charge.' || c.status)
        """,
    ),
)
