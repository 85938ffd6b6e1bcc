"""The record of choices: each entry stands on the one before it, and a change to any shows."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Borrower
from notifications import consents, history, holds, preferences, stops
from notifications.choice import DEFAULT
from notifications.holds import NewHold
from notifications.models import Consent
from notifications.preferences import Change

NOW = datetime(2026, 3, 11, 12, 30, 15, 123456, tzinfo=UTC)


def choose(borrower: Borrower) -> list[Consent]:
    """Some of everything that is recorded."""
    preferences.change(
        borrower, chosen=Change(DEFAULT, "zh-hans", "我已阅读 “条款”\n二"), by=borrower.user, now=NOW
    )
    stops.stop(borrower, words="STOP", way="sms", by=None, now=NOW + timedelta(hours=1))
    stops.start(borrower, words="=START", way="page", by=borrower.user, now=NOW + timedelta(hours=2))
    hold = holds.place(borrower, hold=NewHold("dispute", "wrong sum"), by=None, now=NOW + timedelta(hours=3))
    holds.lift(hold, words="settled", by=None, now=NOW + timedelta(hours=4))
    return list(borrower.consents.order_by("id"))


@pytest.mark.django_db
def test_a_record_that_nobody_touched_is_whole(borrower: Borrower) -> None:
    chain = choose(borrower)
    assert [each.kind for each in chain] == ["preference", "stop", "start", "hold", "lift"]
    assert consents.first_broken(chain) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("words", "GO"), ("way", "page"), ("kind", "start"), ("before", None), ("after", {"stopped": None}),
        ("given_at", NOW), ("digest", "0" * 64),
    ],
)  # fmt: skip
def test_a_change_of_any_field_shows(borrower: Borrower, field: str, value: Any) -> None:
    second = choose(borrower)[1]
    Consent.objects.filter(pk=second.pk).update(**{field: value})
    broken = consents.first_broken(borrower.consents.order_by("id"))
    assert broken is not None
    assert broken.pk == second.pk


@pytest.mark.django_db
def test_an_entry_taken_out_or_moved_shows(borrower: Borrower) -> None:
    chain = choose(borrower)
    assert consents.first_broken(chain[:1] + chain[2:]) == chain[2]
    assert consents.first_broken(chain[1:]) == chain[1]
    assert consents.first_broken([chain[1], chain[0], *chain[2:]]) == chain[1]


@given(words=st.text(max_size=50), other=st.text(max_size=50))
def test_different_words_have_different_seals(words: str, other: str) -> None:
    one, two = (
        consents.digest(Consent(borrower_id=1, kind="stop", words=text, way="sms", given_at=NOW), "")
        for text in (words, other)
    )
    assert (one == two) == (words == other)


@pytest.mark.django_db(transaction=True)
def test_choices_made_at_once_form_one_chain(borrower: Borrower) -> None:
    def flip(number: int) -> None:
        try:
            for turn in range(4):
                act = stops.stop if turn % 2 else stops.start
                act(borrower, words=f"{number} {turn}", way="page", by=None, now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=flip, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert consents.first_broken(borrower.consents.order_by("id")) is None


@pytest.mark.django_db
def test_records_from_before_the_chain_are_sealed_before_the_next_one(borrower: Borrower) -> None:
    sealed = [each.digest for each in choose(borrower)]
    Consent.objects.update(digest="")  # as an older release left them
    stops.stop(borrower, words="STOP", way="sms", by=None, now=NOW + timedelta(hours=5))
    chain = list(borrower.consents.order_by("id"))
    assert [each.digest for each in chain[:-1]] == sealed
    assert consents.first_broken(chain) is None


@pytest.mark.django_db
def test_a_person_reads_their_record_and_takes_it_away(signed_in: Client, borrower: Borrower) -> None:
    chain = choose(borrower)
    page = signed_in.get(reverse("notifications:history")).content.decode()
    assert "我们刚刚核对过：没有内容被更改或删除" in page  # the language that they chose
    assert chain[-1].digest[:16] in page
    saved = signed_in.get(reverse("notifications:history_json")).json()["records"]
    before = ""
    for entry, consent in zip(saved, chain, strict=True):
        assert entry["digest"] == consents.digest(consent, before)
        before = entry["digest"]
    table = signed_in.get(reverse("notifications:history_csv")).content.decode()
    assert "'=START" in table


@pytest.mark.django_db
def test_a_hold_is_told_by_what_it_was_for(signed_in: Client, borrower: Borrower) -> None:
    holds.place(borrower, hold=NewHold("dispute", "wrong sum"), by=None, now=NOW)
    waits = NewHold("conversation", "conversation 0b2f", last_day=NOW.date())
    holds.place(borrower, hold=waits, by=None, now=NOW)
    page = signed_in.get(reverse("notifications:history")).content.decode()
    assert "The debt is disputed" in page
    assert "wrong sum" in page
    assert "A question still waits for our answer" in page
    assert "0b2f" not in page  # a key says nothing to a reader


@pytest.mark.django_db
def test_a_broken_record_is_told_to_its_owner(signed_in: Client, borrower: Borrower) -> None:
    stops.stop(borrower, words="STOP", way="sms", by=None, now=NOW)
    Consent.objects.update(words="I owe double")
    page = signed_in.get(reverse("notifications:history")).content.decode()
    assert "The seals of this record do not fit together" in page


@pytest.mark.django_db
def test_nobody_reads_anothers_record(stranger_client: Client, borrower: Borrower) -> None:
    choose(borrower)
    assert stranger_client.get(reverse("notifications:history_json")).json() == {"records": []}


def test_what_is_taken_away_is_what_the_seal_covers() -> None:
    consent = Consent(
        borrower_id=1, kind="stop", words="STOP", way="sms", given_at=NOW, digest="d", after={"a": 1}
    )
    assert json.loads(json.dumps(history.as_json([consent]))) == [
        {
            "given_at": "2026-03-11T12:30:15.123456+00:00", "kind": "stop", "way": "sms", "words": "STOP",
            "before": None, "after": {"a": 1}, "digest": "d",
        }
    ]  # fmt: skip
