from django.db import migrations, transaction

from notifications import consents


def seal(apps, schema_editor):
    """Give the records made before the chain their digests, one person at a time: interrupted, it goes on."""
    Consent = apps.get_model("notifications", "Consent")
    unsealed = Consent.objects.filter(digest="").order_by("borrower").values_list("borrower", flat=True).distinct()
    for borrower in list(unsealed):
        with transaction.atomic():
            chain = Consent.objects.filter(borrower=borrower).order_by("id").select_for_update()
            consents.seal(chain)


class Migration(migrations.Migration):
    atomic = False  # many small transactions: no long lock

    dependencies = [
        ("notifications", "0020_set_aside_index"),
    ]

    operations = [
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
