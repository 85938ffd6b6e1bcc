"""The API's keys, and what was done with each."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_the_clock, by_whom


class Scope(models.TextChoices):
    """What a key may do."""

    READ = "read", _("read balances and schedules")
    BORROWERS = "borrowers", _("write borrowers")
    ACCOUNTS = "accounts", _("write accounts")
    BILLS = "bills", _("write bills")
    PAYMENTS = "payments", _("write payments")
    REVERSALS = "reversals", _("take payments back")


class ApiKey(models.Model):
    """A way in for one of the lender's systems. The secret is shown once and kept as its SHA-256: it is random
    and long, so a slow hash would add nothing."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Which system uses it."))
    start = models.CharField(_("begins with"), max_length=12)  # of the secret, to know it again
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("may"), default=list)  # of Scope
    calls_a_minute = models.PositiveIntegerField(_("calls a minute"), default=120)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = by_whom(_("created by"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)  # UTC
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)  # UTC
    last_used_on = models.DateField(_("last used"), null=True, blank=True)  # UTC's day
    secret = ""  # of a key just made, to be shown once; never stored

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class ApiCall(models.Model):
    """The audit: one call with a key. With an idempotency key also its answer, which a repetition gets again."""

    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="calls", verbose_name=_("API key"))
    at = models.DateTimeField(_("when"), default=timezone.now)  # UTC
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("path"), max_length=200)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    refused = models.PositiveIntegerField(_("refused rows"), default=0)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)  # HTTP; null: not finished
    idempotency_key = models.CharField(_("idempotency key"), max_length=64, blank=True)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)  # SHA-256 of path and body
    answer = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API call")
        verbose_name_plural = _("API calls")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="api_call_idempotent",
            ),
        ]
        indexes = [BrinIndex(fields=["at"], name="api_call_at")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {by_the_clock(self.at)}"
