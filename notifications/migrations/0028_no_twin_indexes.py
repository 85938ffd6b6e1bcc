"""Two indexes repeat the first column of another: each costs a write per message, or two, and answers nothing.

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

    dependencies = [("notifications", "0027_said_against_index")]

    operations = [
        _drop(
            "notifications_attempt_reminders_attempt_id_a9ec6ff1", "notifications_attempt_reminders", "attempt_id"
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                _drop("notifications_attempt_borrower_id_fd13543b", "notifications_attempt", "borrower_id"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="attempt",
                    name="borrower",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="accounts.borrower",
                        verbose_name="borrower",
                    ),
                ),
            ],
        ),
    ]
