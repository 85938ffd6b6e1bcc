"""The same task tuned: one read, words kept in memory, connections to database and provider kept, one transaction."""

import uuid
from functools import cache

import requests
from celery import shared_task
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from benchmarks.baselines import work
from notifications.models import Attempt, Lane, MessageTemplate, Reminder
from notifications.texts import Words


@cache
def provider() -> requests.Session:
    """One a process: the connection is kept between tasks."""
    session = requests.Session()
    session.auth = work.credentials()
    session.trust_env = False  # else requests looks for proxies and .netrc at every call
    return session


@cache
def template(code: str, language: str) -> tuple[int, Words]:
    row = MessageTemplate.objects.get(code=code, language=language, state="approved")
    return row.pk, Words(row.subject, row.body, row.short)


@shared_task(ignore_result=True)
def send_reminder(reminder_id: int, to: str, contact_point_id: int) -> None:
    """to, contact_point_id: read along with the due reminders, so that no task asks for them."""
    asked = Reminder.objects.select_related("borrower", "bill__account", "step")
    reminder = asked.get(pk=reminder_id, state="planned")
    borrower, bill, step = reminder.borrower, reminder.bill, reminder.step
    template_id, words = template(step.template_code, borrower.language)
    text = work.text_of(words, borrower, bill, bill.account.currency, bill.account.reference)
    attempt_id, started = uuid.uuid4(), timezone.now()
    answer = provider().post(work.address(), data=work.form(attempt_id, to, text), timeout=work.TIMEOUT)
    answer.raise_for_status()
    now = timezone.now()
    with transaction.atomic():
        Attempt.objects.bulk_create(
            [
                Attempt(
                    id=attempt_id,
                    borrower=borrower,
                    category=step.category,
                    contact_point_id=contact_point_id,
                    language=borrower.language,
                    subject=words.subject,
                    template_id=template_id,
                    started_at=started,
                    settled_at=now,
                    **work.accepted(text, answer.json()["sid"]),
                )
            ]
        )
        Attempt.reminders.through.objects.bulk_create(
            [Attempt.reminders.through(attempt_id=attempt_id, reminder_id=reminder_id)]
        )
        Reminder.objects.filter(pk=reminder_id).update(
            state="sent", template_id=template_id, decided_at=now, tries=F("tries") + 1
        )
        Lane.objects.filter(pk=borrower.pk).update(next_at=None)
