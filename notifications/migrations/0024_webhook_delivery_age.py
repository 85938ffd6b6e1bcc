from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # one operation alone: interrupted, it leaves nothing but an index to drop

    dependencies = [
        ("notifications", "0023_provider_event_age"),
    ]

    operations = [
        AddIndexConcurrently(model_name="webhookdelivery", index=BrinIndex(fields=["created_at"], name="webhook_delivery_age")),
    ]
