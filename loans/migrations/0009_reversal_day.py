"""The day on which a payment was taken back, which may lie before the one on which we heard of it."""

from django.db import migrations, models

import loans.models.books

DAYS = "UPDATE loans_reversal SET \"on\" = (at AT TIME ZONE 'UTC')::date"


class Migration(migrations.Migration):
    dependencies = [("loans", "0008_pay_online")]

    operations = [
        migrations.AddField("reversal", "on", models.DateField("taken back on", null=True)),
        migrations.RunSQL(DAYS, migrations.RunSQL.noop),
        migrations.AlterField(
            "reversal", "on", models.DateField("taken back on", default=loans.models.books._today)
        ),
    ]
