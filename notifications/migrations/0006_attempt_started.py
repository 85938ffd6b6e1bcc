from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_rulebook_texts")]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=BrinIndex(autosummarize=True, fields=["started_at"], name="attempt_started"),
        ),
    ]
