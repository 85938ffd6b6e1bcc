from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0016_portions"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="provider asked"),
        ),
        migrations.AddField(
            model_name="attempt",
            name="reconciled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="closed as unknown"),
        ),
        migrations.AddField(
            model_name="lane",
            name="fruitless",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="lane",
            name="set_aside_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
