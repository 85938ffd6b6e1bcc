"""A borrower's calendar feed of due dates."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Borrower


class CalendarFeed(models.Model):
    """One address per borrower at which a calendar app reads their due dates. Moved by loans.feeds alone.

    The secret in the address is shown once and kept as its SHA-256: it is random and long. A revoked feed keeps its
    row, so that entries in a calendar never count backwards.
    """

    class Alarm(models.IntegerChoices):
        """Days before the due date on which the calendar app rings, at nine."""

        ON_THE_DAY = 0, _("on the day itself, at 9:00")
        ONE = 1, _("1 day before, at 9:00")
        THREE = 3, _("3 days before, at 9:00")

    borrower = models.OneToOneField(
        Borrower, on_delete=models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  null: revoked
    is_discreet = models.BooleanField(_("discreet entries"), default=True)
    alarm_days = models.PositiveSmallIntegerField(_("reminder"), choices=Alarm, null=True, blank=True)
    # bill id → [sequence, digest of what it said, ISO instant of that change]: RFC 5545, 3.8.7.4
    told = models.JSONField(default=dict, editable=False)
    made_at = models.DateTimeField(default=timezone.now)  # UTC
    read_on = models.DateField(null=True)  # UTC's day on which a calendar app last read it

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return f"{self.borrower}"
