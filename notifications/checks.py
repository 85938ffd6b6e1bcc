"""What must be true before anything is sent: told by `manage.py check`, and at every start."""

from collections.abc import Sequence
from math import inf
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from notifications import gateway_file, provider_templates
from notifications.channels import push_key
from notifications.law.reading import BINDS
from notifications.models import Attempt, ProviderTemplate

LONGEST_NAME = Attempt._meta.get_field("provider").max_length or 0


@register
def push_key_is_one(**kwargs: Any) -> list[Error]:
    try:
        if settings.PUSH_PRIVATE_KEY:
            push_key.public(settings.PUSH_PRIVATE_KEY)
    except ValueError:
        return [
            Error(
                "PUSH_PRIVATE_KEY is no private key on the curve P-256.",
                hint="Make one with `manage.py make_push_key`. Without one nobody is offered push messages.",
                id="notifications.E004",
            )
        ]
    return []


@register
def lender_role_is_known(**kwargs: Any) -> list[Error]:
    if settings.LENDER_ROLE in BINDS:
        return []
    return [
        Error(
            f"LENDER_ROLE is {settings.LENDER_ROLE!r}.",
            hint="Set it to creditor, or to collector where the portal serves debts of others.",
            id="notifications.E001",
        )
    ]


@register
def providers_are_known(**kwargs: Any) -> list[Error]:
    """What serves a channel is there and has a weight; what has a rate has one above 0."""
    hint = "Name providers of PROVIDERS, each with a number above 0."
    wrong = [
        f"{channel} is served by {name!r} with weight {weight!r}."
        for channel, weights in settings.CHANNEL_PROVIDERS.items()
        for name, weight in (weights or {"": 0}).items()
        if name not in settings.PROVIDERS or not 0 < weight < inf
    ]
    wrong += [
        f"PROVIDER_RATES has {name!r} at {rate!r} a second."
        for name, rate in settings.PROVIDER_RATES.items()
        if name not in settings.PROVIDERS or not 0 < rate < inf
    ]
    return [Error(message, hint=hint, id="notifications.E003") for message in wrong]


@register
def silence_outlasts_the_promised_answer(**kwargs: Any) -> list[Error]:
    if 0 < settings.CONVERSATION_ANSWER_HOURS <= settings.CONVERSATION_HOLD_DAYS * 24:
        return []
    return [
        Error(
            f"CONVERSATION_ANSWER_HOURS is {settings.CONVERSATION_ANSWER_HOURS}, CONVERSATION_HOLD_DAYS"
            f" {settings.CONVERSATION_HOLD_DAYS}.",
            hint="Promise an answer in 1 hour or more, and keep reminders back at least as long.",
            id="notifications.E002",
        )
    ]


@register(Tags.database)
def replies_can_be_answered(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A STOP over a channel whose providers send only approved templates is confirmed by one of them.

    With `manage.py check --database default`, and before each `migrate`.
    """
    table = ProviderTemplate._meta.db_table
    if not databases or table not in connection.introspection.table_names():
        return []
    return [
        Warning(sentence, hint=str(provider_templates.MAP_THEM), id="notifications.W001")
        for sentence in provider_templates.unanswered()
    ]


@register
def described_providers_can_be_used(**kwargs: Any) -> list[Error]:
    """Each file of HTTP_PROVIDERS, with the key that is wrong and why."""
    found = [
        Error(
            f"HTTP_PROVIDERS, {name}: the name is longer than {LONGEST_NAME} characters.",
            hint="It stands in every attempt: choose a shorter one.",
            id="notifications.E006",
        )
        for name in settings.HTTP_PROVIDERS
        if len(name) > LONGEST_NAME
    ]
    for name in settings.HTTP_PROVIDERS:
        try:
            gateway_file.load(name)
        except gateway_file.GatewayError as error:
            hint = "docs/http-provider.example.toml shows every key."
            found.append(Error(f"HTTP_PROVIDERS, {name}: {error}", hint=hint, id="notifications.E005"))
    return found
