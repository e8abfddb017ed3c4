"""Posting a batch does not compile its plans.

Up to PostgreSQL 17 a plan that reads a table from end to end although that is switched off, as
the one row of the horizon is read, counts as hugely expensive, and so is compiled where
PostgreSQL can: on 15 that took 90 ms of a batch that is posted in 2.
"""

from django.db import migrations

FUNCTION = "ledger_post_transfers(uuid[], uuid[], uuid[], bigint[], text[], text[], text[])"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_last_posted")]
    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {FUNCTION} SET jit = off",
            f"ALTER FUNCTION {FUNCTION} RESET jit",
        )
    ]
