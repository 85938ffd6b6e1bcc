from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0025_attachment_scans"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="said_against",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=10),
        ),
    ]
