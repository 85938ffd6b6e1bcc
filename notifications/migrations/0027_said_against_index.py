from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # one operation alone: interrupted, it leaves nothing but an index to drop

    dependencies = [
        ("notifications", "0026_said_against"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("said_against", ""), _negated=True),
                fields=["borrower"],
                name="attempt_said_against",
            ),
        ),
    ]
