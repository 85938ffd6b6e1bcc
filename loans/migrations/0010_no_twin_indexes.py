"""Two indexes repeat the first column of a unique constraint's: each costs a write per row and answers nothing.

Dropped, and on the way back built, concurrently: nobody waits for it on a big table.
"""

import django.db.models.deletion
from django.db import migrations, models


def _drop(name, table, column):
    return migrations.RunSQL(
        f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"',
        f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON "{table}" ("{column}")',
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("loans", "0009_reversal_day")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                _drop("loans_bill_account_id_157933b1", "loans_bill", "account_id"),
                _drop("loans_allocation_payment_id_923cabae", "loans_allocation", "payment_id"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="bill",
                    name="account",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="loans.creditaccount",
                        verbose_name="credit account",
                    ),
                ),
                migrations.AlterField(
                    model_name="allocation",
                    name="payment",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="loans.payment",
                    ),
                ),
            ],
        )
    ]
