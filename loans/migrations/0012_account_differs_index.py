from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # one operation alone: interrupted, it leaves nothing but an index to drop

    dependencies = [("loans", "0011_desk")]

    operations = [
        AddIndexConcurrently(
            model_name="creditaccount",
            index=models.Index(condition=models.Q(("difference__isnull", False)), fields=["id"], name="credit_account_differs"),
        ),
    ]
