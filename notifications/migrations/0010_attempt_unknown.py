from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index is built beside the work only outside a transaction
    dependencies = [("notifications", "0009_push_devices")]

    operations = [
        AddIndexConcurrently(
            model_name="attempt",
            index=models.Index(
                fields=["started_at"], condition=models.Q(state="unknown"), name="attempt_unknown"
            ),
        ),
    ]
