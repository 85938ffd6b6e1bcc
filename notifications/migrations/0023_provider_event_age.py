from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # one operation alone: interrupted, it leaves nothing but an index to drop

    dependencies = [
        ("notifications", "0022_promise_reopened"),
    ]

    operations = [
        AddIndexConcurrently(model_name="providerevent", index=BrinIndex(fields=["received_at"], name="provider_event_age")),
    ]
