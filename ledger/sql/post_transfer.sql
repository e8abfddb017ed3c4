-- Post one plain transfer, if that may still be done before the deadline. Return the result,
-- and the debited account's balance if it keeps one. Doubtful cases go to
-- ledger_write_transfer, which judges them; the conditions here only select transfers that
-- cannot be refused. Runs with its owner's rights: the application may call it and has no right
-- of its own to write a transfer or a balance.
CREATE OR REPLACE FUNCTION ledger_post_transfer(
    id uuid, debit uuid, credit uuid, amount bigint, currency text, kind text, reference text,
    deadline timestamptz DEFAULT 'infinity',
    OUT result ledger_result, OUT debit_balance bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    -- Taken before anything is read: a transaction without a number sees the announced close.
    number xid8 := pg_current_xact_id();
BEGIN
    PERFORM 1 FROM ledger_account a
      WHERE a.id IN (debit, credit) AND NOT a.may_go_negative
      ORDER BY a.id FOR NO KEY UPDATE;
    IF deadline <= clock_timestamp() THEN
        result := 'deadline_passed';
        RETURN;
    END IF;

    WITH written AS (
        INSERT INTO ledger_transfer AS t (
            id, debit_account_id, credit_account_id, amount_minor, currency, kind, reference,
            phase, posted_at)
        SELECT post.id, d.id, c.id, post.amount, d.currency, post.kind, post.reference, 'single',
               greatest(clock_timestamp(), h.announced_until, d.last_posted_at,
                        c.last_posted_at) + interval '1 microsecond'
          FROM (SELECT ledger_post_transfer.id, debit, credit, amount,
                       ledger_post_transfer.currency, ledger_post_transfer.kind,
                       ledger_post_transfer.reference) post
          JOIN ledger_account d ON d.id = post.debit
          JOIN ledger_account c ON c.id = post.credit
          JOIN ledger_periodclose h ON true
         WHERE d.id <> c.id AND post.amount > 0
           AND d.currency = post.currency AND c.currency = post.currency
           AND d.closed_at IS NULL AND c.closed_at IS NULL
           AND (d.may_go_negative
                OR d.normal_side = 'credit' AND d.balance_minor - d.held_minor >= post.amount)
           AND (c.may_go_negative
                OR c.normal_side = 'credit'
                   AND c.balance_minor::numeric + post.amount <= 9223372036854775807)
           AND NOT ledger_moves_bank_money(post.kind)
           AND EXISTS (SELECT FROM ledger_chartevent e
                        WHERE e.event = post.kind AND e.debit_kind = d.kind
                          AND e.credit_kind = c.kind)
        ON CONFLICT ON CONSTRAINT ledger_transfer_pkey DO NOTHING
        RETURNING t.posted_at
    ), moved AS (
        UPDATE ledger_account a
           SET balance_minor = a.balance_minor
                             + CASE a.id WHEN debit THEN -amount ELSE amount END,
               last_posted_at = w.posted_at
          FROM written w
         WHERE a.id IN (debit, credit) AND NOT a.may_go_negative
        RETURNING a.id, a.balance_minor
    )
    SELECT 'created', m.balance_minor INTO result, debit_balance
      FROM written w LEFT JOIN moved m ON m.id = debit;
    IF FOUND THEN
        RETURN;
    END IF;

    result := ledger_write_transfer(
        given => id, debit_id => debit, credit_id => credit, amount => amount,
        currency => currency, kind => kind, reference => reference,
        phase => 'single', pending => NULL);
    debit_balance := (SELECT a.balance_minor FROM ledger_account a
                       WHERE a.id = debit AND NOT a.may_go_negative);
END $$;
