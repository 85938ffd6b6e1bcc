"""What the portal itself writes to an address: codes, invitations, notices of a change. Never a reminder.

A letter is templates/accounts/mail/<letter>.txt, whose first line is the subject, and
templates/accounts/sms/<letter>.txt.
"""

import logging
from concurrent.futures import ThreadPoolExecutor

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts.addresses import Address, Kind
from accounts.signals import sms_wanted

log = logging.getLogger(__name__)

# Threads, because how long a page takes must not tell whether we know an address: only known ones are written to.
POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="letter")


def send(letter: str, *, to: Address, language: str, **words: object) -> None:
    """Write to one address now, never behind reminders. words: what the letter's template names.

    Call it outside a transaction, or when it has committed: a letter cannot be rolled back.
    """
    with translation.override(language):
        if to.kind == Kind.EMAIL:
            subject, _line, body = _text(f"accounts/mail/{letter}.txt", words).partition("\n")
            post(EmailMessage(subject, body.strip() + "\n", to=[to.value]), letter=letter)
        else:
            text = _text(f"accounts/sms/{letter}.txt", words)
            known = {name: str(value) for name, value in {**_lender(), **words}.items()}
            sms_wanted.send(
                sender=None, phone=to.value, text=text, letter=letter, language=language, words=known
            )


def post(message: EmailMessage, *, letter: str) -> None:
    """Hand an e-mail over, behind the page. letter: its name, for the log."""
    POOL.submit(_deliver, message, letter)


def _deliver(message: EmailMessage, letter: str) -> None:
    """A failing mail server is logged: the person misses the letter and can ask for another."""
    try:
        message.send()
    except (OSError, AnymailError) as error:  # SMTPException is an OSError
        log.error("letter_not_sent letter=%s error=%s", letter, type(error).__name__)


def _text(template: str, words: dict[str, object]) -> str:
    return render_to_string(template, {**_lender(), **words}).strip()


def _lender() -> dict[str, str]:
    return {
        "lender_name": settings.LENDER_NAME,
        "lender_phone": settings.LENDER_PHONE,
        "lender_email": settings.LENDER_EMAIL,
    }
