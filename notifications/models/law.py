"""The rulebooks' texts as they have been, so that what decided once can be read later."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RulebookText(models.Model):
    """One version of one rulebook's file, word for word. Never changed, never deleted."""

    book_id = models.SlugField(_("rulebook"), max_length=20)  # "us-ma"
    version = models.CharField(_("version"), max_length=10)  # the date of its content, as the file says it
    text = models.TextField(_("text"))  # TOML
    sha256 = models.CharField(max_length=64, editable=False)  # of the text in UTF-8
    seen_at = models.DateTimeField(_("first seen"), default=timezone.now)  # UTC

    class Meta:
        verbose_name = _("rulebook")
        verbose_name_plural = _("rulebooks")
        ordering = ["-seen_at", "-id"]
        constraints = [
            # The date is not enough: a file may be mended twice on a day.
            models.UniqueConstraint(fields=["book_id", "sha256"], name="rulebook_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.version}"
