"""Providers' own templates: which words they stand for, and what happens where there is none."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from notifications import provider_templates, reasons
from notifications.choice import DEFAULT
from notifications.models import Attempt, MessageTemplate, Preference, ProviderTemplate
from notifications.provider_templates import Mapped, parsed
from notifications.words import AttemptState
from tests import factories

NOW = datetime(2026, 1, 29, 15, tzinfo=UTC)  # 10:00 in New York, three days before the bill is due


@pytest.fixture
def phone(borrower):
    factories.make_bill(factories.make_loan(borrower), due_on=date(2026, 2, 1))
    ways = dict.fromkeys(DEFAULT.channels, ("whatsapp", "sms", "inbox"))
    Preference.objects.create(borrower=borrower, choice=replace(DEFAULT, channels=ways).to_json())
    return borrower.contact_points.get(kind="phone").value


def stand_for(code, gaps="amount\ndue_date", **fields):
    words = MessageTemplate.objects.get(code=code, language="en", state="approved")
    row = {"provider": "whatsapp", "provider_code": f"{code}_v1", "provider_language": "en_US"}
    return ProviderTemplate.objects.create(
        code=code, language="en", version=words.version, gaps=gaps, **{**row, **fields}
    )


def test_a_reminder_goes_by_the_template_that_stands_for_its_words(reminders, sandbox, phone):
    stand_for("upcoming")
    stand_for("digest", "lines")
    assert reminders.run(NOW) == 1
    attempt = Attempt.objects.get()
    assert (attempt.channel, attempt.provider, attempt.state) == (
        "whatsapp",
        "whatsapp",
        AttemptState.ACCEPTED,
    )
    assert sandbox.texts(phone) == ["upcoming_v1 (en_US) $100.00, February 1, 2026"]
    assert "$100.00" in attempt.body


@pytest.mark.parametrize("known", [(), ("upcoming",), ("digest",)])
def test_a_channel_without_a_template_for_the_words_is_passed_over_and_staff_read_why(
    reminders, sandbox, phone, known
):
    for code in known:
        stand_for(code, "amount")
    assert reminders.run(NOW) == 1
    attempt = Attempt.objects.get()
    assert attempt.channel == "sms"
    why = "WhatsApp: the provider has no approved template for these words."
    assert why in reasons.sentence(attempt.reasons, audience="staff")
    assert why not in reasons.sentence(attempt.reasons)


def test_a_template_of_an_older_version_of_the_words_stands_for_nothing(reminders, sandbox, phone):
    stand_for("digest", "lines")
    ProviderTemplate.objects.filter(pk=stand_for("upcoming").pk).update(version=99)
    reminders.run(NOW)
    assert Attempt.objects.get().channel == "sms"


def test_where_one_provider_of_a_channel_takes_any_words_the_other_is_not_asked(
    reminders, sandbox, phone, settings
):
    settings.CHANNEL_PROVIDERS = {"sms": {"alibaba": 1000, "twilio": 1}}
    reminders.run(NOW)
    assert Attempt.objects.get().provider == "twilio"


def test_a_value_is_one_line():
    filled = Mapped("t", "en", parsed("lines")).filled({"lines": "$1 · 1 May\n$2   · 2 May"})
    assert filled.values == (("", "$1 · 1 May; $2 · 2 May"),)


def test_the_page_says_what_is_wrong_with_a_row(defaults):
    def wrong(**fields):
        row = {"provider": "whatsapp", "provider_code": "x", "provider_language": "en", "code": "upcoming"}
        return provider_templates.problems(ProviderTemplate(language="en", **{**row, **fields}))

    assert wrong() == {}
    assert set(wrong(provider="twilio", provider_language="")) == {"provider"}
    assert set(wrong(version=9)) == {"version"}
    assert set(wrong(provider_language="")) == {"provider_language"}
    assert "{" not in wrong(gaps="sum")["gaps"]
    assert set(wrong(gaps="a=amount\ndue_date")) == {"gaps"}
    assert set(wrong(provider="alibaba", provider_language="", gaps="amount")) == {"gaps"}
    assert wrong(code="letter:sign_in_code", gaps="code") == {}
    assert wrong(code="discreet", gaps="lender\nphone\nlink") == {}
    assert set(wrong(code="discreet", gaps="amount")) == {"gaps"}
