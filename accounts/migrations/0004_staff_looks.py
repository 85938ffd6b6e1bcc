import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_told_of_closing"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("kind", models.CharField(max_length=60, verbose_name="table")),
                ("row", models.CharField(blank=True, max_length=64, verbose_name="row")),
                ("borrowers", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name="borrowers")),
                ("by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="who looked")),
            ],
            options={
                "verbose_name": "look of staff",
                "verbose_name_plural": "looks of staff",
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["borrowers"], name="staff_look_borrowers"), django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="staff_look_at")],
            },
        ),
    ]
