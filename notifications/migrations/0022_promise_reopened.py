from django.db import migrations, models

from notifications.models.webhooks import Event


class Migration(migrations.Migration):
    dependencies = [("notifications", "0021_seal_consents")]

    operations = [
        migrations.AlterField(
            "webhookdelivery",
            "event",
            models.CharField("event", choices=Event.choices, max_length=30),
        ),
    ]
