from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # one operation alone: interrupted, it leaves nothing but an index to drop

    dependencies = [
        ("notifications", "0019_reminder_answers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="lane",
            index=models.Index(
                condition=models.Q(("set_aside_at__isnull", False)),
                fields=["set_aside_at"],
                name="lane_set_aside",
            ),
        ),
    ]
