"""Whom staff looked at. Written by accounts.looks alone."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_the_clock, by_whom


class StaffLook(models.Model):
    """One staff page with borrowers' rows on it: who looked, when, at which row, and whose it was."""

    by = by_whom(_("who looked"))
    at = models.DateTimeField(_("when"), default=timezone.now)  # UTC
    kind = models.CharField(_("table"), max_length=60)  # a model's label in lower case
    row = models.CharField(_("row"), max_length=64, blank=True)  # its id; empty: a list
    # Ids, and no keys: a list shows fifty people, and who is gone was looked at all the same.
    borrowers = ArrayField(models.BigIntegerField(), verbose_name=_("borrowers"))

    class Meta:
        verbose_name = _("look of staff")
        verbose_name_plural = _("looks of staff")
        indexes = [
            # Read by who asks: who has looked at this person?
            GinIndex(fields=["borrowers"], name="staff_look_borrowers"),
            # Read by accounts.retention.
            BrinIndex(fields=["at"], name="staff_look_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {by_the_clock(self.at)}"
