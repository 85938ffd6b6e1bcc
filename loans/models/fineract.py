"""What the Fineract connector remembers between its runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FineractLoan(models.Model):
    """A loan that was taken: by what it looked like in Fineract's list, a later run knows whether it changed."""

    loan_id = models.BigIntegerField(primary_key=True)  # Fineract's own id
    account = models.OneToOneField("loans.CreditAccount", on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)  # loans.fineract.mapping.fingerprint
    taken_at = models.DateTimeField(_("taken"))  # UTC

    class Meta:
        verbose_name = _("loan of Fineract")
        verbose_name_plural = _("loans of Fineract")

    def __str__(self) -> str:
        return f"{self.loan_id}"
