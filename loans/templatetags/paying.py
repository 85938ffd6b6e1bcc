"""How an account can be paid."""

from django import template
from django.utils.translation import get_language

from loans.models import CreditAccount
from loans.pay import instructions, provider

register = template.Library()


@register.filter
def can_be_paid(account: CreditAccount) -> bool:
    """By a payment provider's page, here and now."""
    return bool(provider.in_use()) and account.status == CreditAccount.Status.OPEN


@register.filter
def instructions_for(currency: str) -> str:
    """The lender's words on how to pay in this currency; empty: there are none."""
    return instructions.of(currency, get_language() or "en")
