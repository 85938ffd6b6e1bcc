"""Words that a provider sends only by its own approved template: which one stands for which words of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import LANGUAGES


class ProviderTemplate(models.Model):
    """A provider's template that says what one version of our words says. Read and checked by
    notifications.provider_templates.
    """

    provider = models.CharField(_("provider"), max_length=20)  # a name in settings.PROVIDERS
    code = models.CharField(
        _("our words"),
        max_length=60,
        help_text=_(
            "The code of a message template, or letter: and a letter's name, such as letter:sign_in_code."
        ),
    )
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    version = models.PositiveSmallIntegerField(
        _("version"), default=1, help_text=_("Of the message template; 1 for a letter.")
    )
    provider_code = models.CharField(
        _("the provider's template"),
        max_length=100,
        help_text=_("Its code or name there, such as SMS_154950909."),
    )
    provider_language = models.CharField(
        _("the provider's language"),
        max_length=20,
        blank=True,
        help_text=_("As WhatsApp spells it, such as zh_CN."),
    )
    gaps = models.TextField(
        _("gaps"),
        blank=True,
        help_text=_(
            "One line for each gap of the provider's template, in its order: our placeholder, such as amount; or the "
            "gap's name there, an equals sign and our placeholder, such as money=amount."
        ),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("provider's template")
        verbose_name_plural = _("providers' templates")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "code", "language", "version"], name="provider_template_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_code}: {self.code} ({self.language}) {self.version}"
