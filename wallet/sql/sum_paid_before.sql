-- What a wallet had paid in all before this span of time began. Payments are found by the
-- instants in their ids, which are version 7. Volatile, so that it sees what was
-- paid since the caller's statement began to wait.
CREATE OR REPLACE FUNCTION wallet_sum_paid_before(wallet_id uuid, span interval)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    began_ms bigint := extract(epoch FROM clock_timestamp() - span) * 1000;
    first_id uuid := (lpad(to_hex(began_ms), 12, '0') || repeat('0', 20))::uuid;
BEGIN
    RETURN coalesce((SELECT p.paid_total_minor FROM wallet_payment p
                      WHERE p.wallet_id = wallet_sum_paid_before.wallet_id AND p.id < first_id
                      ORDER BY p.id DESC LIMIT 1), 0);
END $$;
