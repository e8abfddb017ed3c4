"""Wallets that were last posted to before their last instant was kept get it from history.

`check_books` proves from now on that it is the last one, not only that it is not before.
"""

from django.db import migrations

FILL = """
UPDATE ledger_account a
   SET last_posted_at = greatest(
       (SELECT max(t.posted_at) FROM ledger_transfer t WHERE t.debit_account_id = a.id),
       (SELECT max(t.posted_at) FROM ledger_transfer t
         WHERE t.credit_account_id = a.id AND t.phase IN ('single', 'post')))
 WHERE a.last_posted_at IS NULL AND NOT a.may_go_negative;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_accounts_stay")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
