"""Celery tasks of what is owed. Each is a hint that can be lost or run twice."""

from datetime import date

from celery import shared_task
from django.utils import translation

from loans.models import CreditAccount
from loans.papers import making


@shared_task
def make_statement(account_id: int, period: str, today: str, language: str) -> None:
    """A long statement for its owner. today: their calendar day, ISO."""
    with translation.override(language):
        making.keep(CreditAccount.objects.get(pk=account_id), period, today=date.fromisoformat(today))
