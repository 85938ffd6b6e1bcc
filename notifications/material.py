"""One reminder as the gate and the words see it, made from a row of the table or from one that is yet to be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from loans.models import CreditAccount
from notifications import content, provider_templates, reason, texts
from notifications.carried import Carried, carried, common
from notifications.deciding import Due
from notifications.gate_terms import Facts, Manner
from notifications.models import MessageTemplate, Step
from notifications.pace import Rung
from notifications.provider_templates import Mapped
from notifications.reason import Reason
from notifications.texts import Demand, Words

DIGEST = "digest"  # the template for several bills at once

Spoken = tuple[str, str]  # code and language of a template


class Look(NamedTuple):
    """One reminder to be looked at, with what its message would say."""

    reminder_id: int
    bill_id: int
    template_code: str
    demand: Demand
    facts: Facts
    tries: int = 0
    refused_by: Mapping[str, str] = MappingProxyType({})  # as Reminder.refused_by

    @property
    def due(self) -> "Due[Look]":
        return Due(self, self.bill_id, self.facts)


class Row(NamedTuple):
    """A reminder with what it is about, column by column of REMINDER_FIELDS."""

    reminder_id: int
    borrower_id: int
    bill_id: int
    template_code: str
    category: str
    offset_days: int
    useful_days: int
    cadence_id: int
    due_on: date
    amount: Decimal
    paid: Decimal
    closed_at: datetime | None
    account_id: int
    product: str
    currency: str
    account_reference: str
    account_status: str
    is_autopay: bool
    months_past_due: int
    language: str
    expires_at: datetime
    failed_channels: Sequence[str] = ()
    reasons: Sequence[Mapping[str, Any]] = ()
    tries: int = 0
    refused_by: Mapping[str, str] = MappingProxyType({})
    is_simple: bool | None = None  # the person asked for plain words; None: they have chosen nothing


REMINDER_FIELDS = (
    "pk",
    "borrower_id",
    "bill_id",
    "step__template_code",
    "step__category",
    "step__offset_days",
    "step__useful_days",
    "step__cadence_id",
    "bill__due_on",
    "bill__amount",
    "bill__paid",
    "bill__closed_at",
    "bill__account_id",
    "bill__account__product",
    "bill__account__currency",
    "bill__account__reference",
    "bill__account__status",
    "bill__account__is_autopay",
    "bill__account__months_past_due",
    "borrower__language",
    "expires_at",
    "failed_channels",
    "reasons",
    "tries",
    "refused_by",
    "borrower__preference__choice__is_simple",
)


class LadderStep(NamedTuple):
    """One step of a cadence, stored or supposed."""

    offset_days: int  # -3: three days before the due date
    category: str
    template_code: str
    useful_days: int  # days after its own on which it may still be sent
    product: str = ""  # empty: every product
    step_id: int = 0  # 0: supposed, there is no row of it
    cadence_id: int = 0


LADDER_FIELDS = (
    "offset_days",
    "category",
    "template_code",
    "useful_days",
    "cadence__product",
    "pk",
    "cadence_id",
)  # of a Step, as LadderStep has them


@dataclass(frozen=True)
class Material:
    """What all reminders share: the approved words, and the ladders they stand on."""

    templates: Mapping[Spoken, Words]  # the approved ones
    messages: Mapping[Spoken, Mapping[Manner, Carried]]  # what the rulebooks would see in them
    ladders: dict[int, tuple[Rung, ...]]  # cadence → its rungs in use, first to last
    mapped: Mapping[int, Mapping[str, Mapped]] = field(
        default_factory=dict
    )  # version of words → provider → its own
    unapproved: Mapping[Spoken, Mapping[Manner, frozenset[str]]] = field(default_factory=dict)
    steps: tuple[LadderStep, ...] = ()  # that bills go through: those in use of the cadences in use

    def look(self, row: Row) -> Look:
        """What the gate and the words need of one reminder."""
        spoken = self._code(row), row.language
        facts = Facts(
            category=row.category,
            offset_days=row.offset_days,
            due_on=row.due_on,
            is_owed=row.closed_at is None and row.amount > row.paid,
            account_open=row.account_status == CreditAccount.Status.OPEN,
            has_words=spoken in self.messages,
            expires_at=row.expires_at,
            account=str(row.account_id),
            has_autopay=row.is_autopay and not row.months_past_due,  # behind with it: it has failed
            product=product_of(row.product),
            messages=self.messages.get(spoken, {}),
            rung=Rung(row.offset_days, row.useful_days),
            cadence=self.ladders.get(row.cadence_id, ()),
            failed_channels=frozenset(row.failed_channels),
            unapproved=self.unapproved.get(spoken, {}),
            moved=(Reason("retry"),) if row.tries else reason.from_json(row.reasons),
        )
        left, account = row.amount - row.paid, texts.mask(row.account_reference)
        demand = Demand(left, row.currency, row.due_on, account)
        return Look(row.reminder_id, row.bill_id, spoken[0], demand, facts, row.tries, row.refused_by)

    def _code(self, row: Row) -> str:
        """The template of a reminder: the one in plain words for who asked for them, where it is there."""
        simple = f"{row.template_code}{content.SIMPLE}"
        return simple if row.is_simple and (simple, row.language) in self.templates else row.template_code

    def words(self, code: str, language: str, *, is_soft: bool) -> Words:
        """The words for a reminder, the softer ones where they are asked for and there."""
        return _words(self.templates, code, language, is_soft=is_soft)


def product_of(product: str) -> str:
    """An account's product as rulebooks tell them apart: card or loan."""
    return "card" if product == CreditAccount.Product.CREDIT_CARD else "loan"


def material() -> Material:
    """Two queries."""
    ladders: defaultdict[int, tuple[Rung, ...]] = defaultdict(tuple)
    steps: list[LadderStep] = []
    rows = Step.objects.filter(is_active=True).order_by("cadence_id", "offset_days")
    for is_used, *columns in rows.values_list("cadence__is_active", *LADDER_FIELDS):
        step = LadderStep._make(columns)
        ladders[step.cadence_id] += (Rung(step.offset_days, step.useful_days),)
        steps += [step] if is_used else []
    templates, mapped = _approved()
    messages = _messages(templates)
    unapproved = _unapproved(templates, list(messages), mapped)
    return Material(templates, messages, dict(ladders), mapped, unapproved, tuple(steps))


def approved_words() -> dict[Spoken, Words]:
    """What is sent now: (code, language) → words. One query."""
    return _approved()[0]


def _approved() -> tuple[dict[Spoken, Words], dict[int, dict[str, Mapped]]]:
    """What is sent now, and the providers' own templates for it."""
    approved = MessageTemplate.objects.filter(state=MessageTemplate.State.APPROVED)
    rows = approved.annotate(theirs=provider_templates.of_words()).values_list(
        "code", "language", "subject", "body", "short", "pk", "theirs"
    )
    templates: dict[Spoken, Words] = {}
    mapped: dict[int, dict[str, Mapped]] = {}
    for code, language, subject, body, short, pk, theirs in rows:
        templates[code, language] = Words(subject, body, short, pk)
        if theirs:
            mapped[pk] = provider_templates.mapped(theirs)
    return templates, mapped


def _words(templates: Mapping[Spoken, Words], code: str, language: str, *, is_soft: bool) -> Words:
    softer = templates.get((f"{code}{content.SOFT}", language)) if is_soft else None
    return softer or templates[code, language]


def _messages(templates: Mapping[Spoken, Words]) -> dict[Spoken, Mapping[Manner, Carried]]:
    """Of each template that can be used: it could be written alone or together with others, so a language without
    a digest has none."""
    found: dict[Spoken, Mapping[Manner, Carried]] = {}
    for code, language in templates:
        if (DIGEST, language) not in templates:
            continue
        said: dict[Manner, Carried] = {}
        for manner in ("plain", "soft"):
            is_soft = manner == "soft"
            alone, together = (
                carried(_words(templates, one, language, is_soft=is_soft), language) for one in (code, DIGEST)
            )
            said[manner] = common(alone, together)
        if discreet := templates.get((content.DISCREET, language)):
            said["discreet"] = carried(discreet, language, is_discreet=True)
            for manner, message in said.items():  # a push message has no other words
                said[manner] = {**message, "push": said["discreet"]["push"]}
        found[code, language] = said
    return found


def _unapproved(
    templates: Mapping[Spoken, Words],
    spoken: Sequence[Spoken],
    mapped: Mapping[int, Mapping[str, Mapped]],
) -> dict[Spoken, Mapping[Manner, frozenset[str]]]:
    """Of each template the channels whose provider could not carry it, alone or together with others."""
    bound = provider_templates.bound_channels()
    if not bound:
        return {}

    def wanting(*words: Words) -> frozenset[str]:
        return frozenset(
            channel
            for channel, providers in bound.items()
            if not all(providers & mapped.get(one.template_id or 0, {}).keys() for one in words)
        )

    found: dict[Spoken, Mapping[Manner, frozenset[str]]] = {}
    for code, language in spoken:
        said: dict[Manner, frozenset[str]] = {
            manner: wanting(
                *(_words(templates, one, language, is_soft=manner == "soft") for one in (code, DIGEST))
            )
            for manner in ("plain", "soft")
        }
        if discreet := templates.get((content.DISCREET, language)):
            said["discreet"] = wanting(discreet)
        found[code, language] = said
    return found
