from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # one operation alone: interrupted, it leaves nothing but an index to drop

    dependencies = [("loans", "0012_account_differs_index")]

    operations = [
        AddIndexConcurrently(
            model_name="payorder",
            index=models.Index(condition=models.Q(("state", "checked")), fields=["created_at"], name="pay_order_checked"),
        ),
    ]
