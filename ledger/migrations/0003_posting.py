"""The function that posts a batch of transfers, and the one that sums an account.

Accounts that may not go negative are locked first, in key order, so that two batches
that share accounts wait for each other and never deadlock. Under those locks a stored
balance is final, so a transfer is judged before it is inserted and nothing is undone.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION ledger_post_transfers(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[],
    currencies text[], kinds text[], refs text[]
) RETURNS TABLE (place int, result text) LANGUAGE plpgsql AS $$
DECLARE
    debit ledger_account;
    credit ledger_account;
    known ledger_transfer;
BEGIN
    PERFORM 1 FROM ledger_account
      WHERE id = ANY (debits || credits) AND NOT may_go_negative
      ORDER BY id FOR NO KEY UPDATE;

    FOR i IN 1 .. coalesce(array_length(ids, 1), 0) LOOP
        place := i;
        SELECT * INTO debit FROM ledger_account WHERE id = debits[i];
        SELECT * INTO credit FROM ledger_account WHERE id = credits[i];
        SELECT * INTO known FROM ledger_transfer WHERE id = ids[i];

        result := CASE
            WHEN known.id IS NOT NULL THEN ledger_compare_transfer(
                known, debits[i], credits[i], amounts[i],
                currencies[i], kinds[i], refs[i])
            WHEN debit.id IS NULL THEN 'debit_account_not_found'
            WHEN credit.id IS NULL THEN 'credit_account_not_found'
            WHEN debit.id = credit.id THEN 'accounts_must_be_different'
            WHEN amounts[i] <= 0 THEN 'amount_must_be_positive'
            WHEN debit.currency <> currencies[i]
              OR credit.currency <> currencies[i] THEN 'currency_mismatch'
            WHEN debit.closed_at IS NOT NULL THEN 'debit_account_closed'
            WHEN credit.closed_at IS NOT NULL THEN 'credit_account_closed'
            WHEN ledger_would_overdraw(debit, -1, amounts[i])
              OR ledger_would_overdraw(credit, 1, amounts[i]) THEN 'insufficient_funds'
        END;

        IF result IS NULL THEN
            INSERT INTO ledger_transfer (id, debit_account_id, credit_account_id,
                                         amount_minor, currency, kind, reference, posted_at)
            VALUES (ids[i], debits[i], credits[i], amounts[i],
                    currencies[i], kinds[i], refs[i], clock_timestamp())
            ON CONFLICT (id) DO NOTHING;

            IF FOUND THEN
                result := 'created';
                UPDATE ledger_account
                   SET balance_minor = balance_minor + amounts[i] * CASE
                       WHEN (id = debit.id) = (normal_side = 'debit') THEN 1 ELSE -1 END
                 WHERE id IN (debit.id, credit.id) AND NOT may_go_negative;
            ELSE
                -- Somebody committed the same id between our look and our insert.
                SELECT * INTO known FROM ledger_transfer WHERE id = ids[i];
                result := ledger_compare_transfer(
                    known, debits[i], credits[i], amounts[i],
                    currencies[i], kinds[i], refs[i]);
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE FUNCTION ledger_compare_transfer(
    known ledger_transfer, debit uuid, credit uuid, amount bigint,
    currency text, kind text, reference text
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN known.debit_account_id <> debit THEN 'exists_with_different_debit_account'
        WHEN known.credit_account_id <> credit THEN 'exists_with_different_credit_account'
        WHEN known.amount_minor <> amount THEN 'exists_with_different_amount'
        WHEN known.currency <> currency THEN 'exists_with_different_currency'
        WHEN known.kind <> kind THEN 'exists_with_different_kind'
        WHEN known.reference <> reference THEN 'exists_with_different_reference'
        ELSE 'exists'
    END
$$;

-- side: -1 for the debited account, 1 for the credited one.
CREATE FUNCTION ledger_would_overdraw(account ledger_account, side int, amount bigint)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT NOT account.may_go_negative
       AND (account.normal_side = 'credit') = (side = -1)
       AND account.balance_minor < amount
$$;

CREATE FUNCTION ledger_sum_balance(account uuid) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT (coalesce((SELECT sum(amount_minor) FROM ledger_transfer
                       WHERE credit_account_id = account), 0)
          - coalesce((SELECT sum(amount_minor) FROM ledger_transfer
                       WHERE debit_account_id = account), 0))
         * (SELECT CASE normal_side WHEN 'credit' THEN 1 ELSE -1 END
              FROM ledger_account WHERE id = account)
$$;
"""

DROP = """
DROP FUNCTION ledger_sum_balance(uuid);
DROP FUNCTION ledger_post_transfers(uuid[], uuid[], uuid[], bigint[], text[], text[], text[]);
DROP FUNCTION ledger_would_overdraw(ledger_account, int, bigint);
DROP FUNCTION ledger_compare_transfer(ledger_transfer, uuid, uuid, bigint, text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [migrations.RunSQL(CREATE, DROP)]
