"""The engine's workers, as they tell of themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Worker(models.Model):
    """One worker's last beat. Written by the worker between its batches; who hangs writes none.

    Staff know the table as "engine": its page tells the engine's whole state.
    """

    name = models.CharField(_("name"), max_length=200, primary_key=True)  # one name in the whole house
    host = models.CharField(_("host"), max_length=200)  # as the machine or container calls itself
    process = models.PositiveIntegerField(_("process"), null=True)  # null: its name outlives the process
    beat_at = models.DateTimeField(_("last beat"))  # UTC

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("engine")

    def __str__(self) -> str:
        return self.name
