from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("notifications", "0024_webhook_delivery_age"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="scanned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="scanned"),
        ),
        migrations.AddField(
            model_name="attachment",
            name="virus",
            field=models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="virus"),
        ),
    ]
