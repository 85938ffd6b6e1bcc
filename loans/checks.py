"""What must be true before anybody is asked to pay: told by `manage.py check`, and at every start."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from loans.pay import instructions


@register
def pay_provider_can_be_used(**kwargs: Any) -> list[Error]:
    name = settings.PAY_PROVIDER
    if not name:
        return []
    if name not in settings.PAY_PROVIDERS:
        hint = "Name one of PAY_PROVIDERS, or leave it empty: then nobody is offered to pay online."
        return [Error(f"PAY_PROVIDER is {name!r}, which no class serves.", hint=hint, id="loans.E001")]
    if name == "sandbox" and not settings.LOCAL:
        hint = "Name a provider that takes money, or leave it empty."
        return [Error("PAY_PROVIDER is the sandbox, which takes no money.", hint=hint, id="loans.E002")]
    return []


@register
def payment_instructions_can_be_read(**kwargs: Any) -> list[Error]:
    try:
        instructions.load(settings.PAYMENT_INSTRUCTIONS)
    except instructions.InstructionsError as error:
        hint = "docs/payment-instructions.example.toml shows how."
        return [Error(f"PAYMENT_INSTRUCTIONS: {error}", hint=hint, id="loans.E003")]
    return []
