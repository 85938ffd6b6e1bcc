from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Not atomic: the index is built while people are written to."""

    atomic = False

    dependencies = [
        ("accounts", "0002_push_contact_points"),
    ]

    operations = [
        migrations.AddField(
            model_name="contactpoint",
            name="told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        AddIndexConcurrently(
            model_name="contactpoint",
            index=models.Index(
                fields=["closed_at"],
                condition=models.Q(
                    told_at=None,
                    closed_reason__in=["bounced", "complained", "unreachable", "wrong person"],
                ),
                name="contact_point_untold",
            ),
        ),
    ]
