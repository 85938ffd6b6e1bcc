"""The cadence and the words that a new installation starts with, and the rulebooks' texts for the record."""

import tomllib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import LANGUAGES
from notifications import rulebook_texts
from notifications.models import Cadence, MessageTemplate, Step
from notifications.words import Category

State = MessageTemplate.State

# offset in days, category, template, days after its own on which it may still be sent
STEPS = [
    (-7, Category.UPCOMING, "upcoming", 3),
    (-3, Category.UPCOMING, "upcoming", 1),
    (-1, Category.UPCOMING, "upcoming", 0),
    (0, Category.DUE, "due", 0),
    (3, Category.OVERDUE, "overdue", 3),
    (7, Category.OVERDUE, "overdue", 6),
]


class Command(BaseCommand):
    help = "Add the standard cadence, message templates and rulebook texts where they are missing."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        rulebook_texts.keep(now=timezone.now())
        cadence, _ = Cadence.objects.get_or_create(code="standard", defaults={"name": "Standard"})
        for offset, category, template, useful in STEPS:
            Step.objects.get_or_create(
                cadence=cadence,
                offset_days=offset,
                defaults={"category": category, "template_code": template, "useful_days": useful},
            )
        there = set(MessageTemplate.objects.values_list("code", "language"))
        for language, _ in LANGUAGES:
            path = settings.BASE_DIR / "templates" / "messages" / f"{language}.toml"
            for code, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
                if (code, language) not in there:  # the lender's own words stay as they are
                    MessageTemplate.objects.create(
                        **words,
                        code=code,
                        language=language,
                        state=State.APPROVED,
                        approved_at=timezone.now(),
                    )
