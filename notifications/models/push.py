"""The browsers that people have allowed to show push messages."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ContactPoint
from notifications.channels import push_endpoint


class PushDevice(models.Model):
    """One browser's subscription: what its contact point leads to. Closed with it."""

    contact_point = models.OneToOneField(
        ContactPoint,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="push_device",
        verbose_name=_("contact point"),
    )
    # Unique: one browser shows the messages of one person, whoever of a household has signed in there last.
    endpoint = models.CharField(_("endpoint"), max_length=push_endpoint.LONGEST, unique=True)
    p256dh = models.CharField(_("public key"), max_length=100)  # base64url, 65 bytes
    auth = models.CharField(_("secret"), max_length=50)  # base64url, 16 bytes
    # Our public key that it was made for, base64url: with another one it is void. Empty where nobody wrote it down.
    key = models.CharField(_("our key"), max_length=100, blank=True, default="", db_default="")
    name = models.CharField(_("device"), max_length=60)  # "Chrome on Android", as the person knows it
    added_at = models.DateTimeField(_("added"), default=timezone.now)  # UTC

    class Meta:
        verbose_name = _("push device")
        verbose_name_plural = _("push devices")

    def __str__(self) -> str:
        return self.name
