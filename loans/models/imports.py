"""How far an import has come, so that one that was killed goes on where it stopped."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.model_fields import by_the_clock


class ImportRun(models.Model):
    """One portfolio's import. Moves on in the transaction that writes a portion, so it never says too much."""

    digest = models.CharField(_("digest of the files"), max_length=64, unique=True)  # SHA-256, hexadecimal
    folder = models.CharField(_("folder"), max_length=300)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)  # UTC; empty: go on
    borrowers_to = models.PositiveIntegerField(_("borrowers written, to line"), default=0)
    accounts_to = models.PositiveIntegerField(_("accounts written, to place"), default=0)
    refused_lines = models.PositiveIntegerField(
        _("refused lines"),
        default=0,
        db_default=0,
        help_text=_("Of files with wrong lines nothing is written."),
    )
    problems = models.TextField(_("what is wrong"), blank=True, default="", db_default="")  # the first lines

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.folder} {by_the_clock(self.started_at)}"
