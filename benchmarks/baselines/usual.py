"""One Celery task a reminder, as people write it: rows by the ORM as they are needed, requests.post, save."""

import uuid

import requests
from celery import shared_task
from django.utils import timezone

from benchmarks.baselines import work
from notifications.models import Attempt, Lane, MessageTemplate, Reminder
from notifications.texts import Words


@shared_task(ignore_result=True)
def send_reminder(reminder_id: int) -> None:
    reminder = Reminder.objects.get(pk=reminder_id)
    if reminder.state != "planned":
        return
    borrower, bill = reminder.borrower, reminder.bill
    phone = borrower.contact_points.filter(kind="phone", closed_at=None).latest("verified_at")
    template = MessageTemplate.objects.get(
        code=reminder.step.template_code, language=borrower.language, state="approved"
    )
    words = Words(template.subject, template.body, template.short)
    text = work.text_of(words, borrower, bill, bill.account.currency, bill.account.reference)
    attempt_id, started = uuid.uuid4(), timezone.now()
    answer = requests.post(
        work.address(),
        data=work.form(attempt_id, phone.value, text),
        auth=work.credentials(),
        timeout=work.TIMEOUT,
    )
    answer.raise_for_status()
    attempt = Attempt.objects.create(
        id=attempt_id,
        borrower=borrower,
        category=reminder.step.category,
        contact_point=phone,
        language=borrower.language,
        subject=template.subject,
        template=template,
        started_at=started,
        settled_at=timezone.now(),
        **work.accepted(text, answer.json()["sid"]),
    )
    attempt.reminders.add(reminder)
    reminder.state, reminder.template, reminder.decided_at = "sent", template, timezone.now()
    reminder.tries += 1
    reminder.save()
    Lane.objects.filter(borrower=borrower).update(next_at=None)
