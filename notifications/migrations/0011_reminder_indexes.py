"""The reminder's natural key finds a bill's reminders already, and an index on the step alone misleads the planner."""

import django.db.models.deletion
from django.db import migrations, models

# As Django named them in 0001.
INDEXES = {
    "bill_id": "notifications_reminder_bill_id_d91ff1de",
    "step_id": "notifications_reminder_step_id_90660ba2",
}


class Migration(migrations.Migration):
    atomic = False  # concurrently: nobody waits for it

    dependencies = [("notifications", "0010_attempt_unknown")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
                    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON notifications_reminder ({column})",
                )
                for column, name in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    "reminder",
                    "bill",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="loans.bill",
                        verbose_name="bill",
                    ),
                ),
                migrations.AlterField(
                    "reminder",
                    "step",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="notifications.step",
                        verbose_name="step",
                    ),
                ),
            ],
        )
    ]
