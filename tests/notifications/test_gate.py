"""The gate: what may go now, later or never, and that it says why."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import local_time
from notifications.choice import DEFAULT, WEEKDAYS, Choice
from notifications.gate import decide
from notifications.gate_terms import Contact, Defer, Facts, Person, Send, Silence, Suppress
from notifications.law.books import careful
from notifications.law.case import PriorContact
from notifications.reason import Reason

NEW_YORK = local_time.zone("America/New_York")
NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)  # a Wednesday, 12:00 in New York
CONTACT = Contact(zones=(NEW_YORK,), reachable=frozenset({"sms", "email", "inbox"}))
FACTS = Facts(
    category="upcoming",
    offset_days=-3,
    due_on=date(2026, 6, 13),
    is_owed=True,
    account_open=True,
    has_words=True,
    expires_at=NOON + timedelta(days=2),
)
ZONES = [
    local_time.zone(key)
    for key in (
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Kiritimati",
        "Africa/Cairo",
        "Australia/Lord_Howe",
    )
]


def gate(contact=CONTACT, facts=FACTS, choice=DEFAULT, history=(), now=NOON):
    """history: instants of text messages, oldest first."""
    sent = tuple(PriorContact(at, "sms") for at in history)
    return decide(Person(contact, choice, sent, (careful(),)), facts, now=now)


def rules(verdict):
    return [reason.rule for reason in verdict.reasons]


def test_a_reminder_the_borrower_chose_goes_now_by_their_first_channel():
    verdict = gate()
    assert isinstance(verdict, Send)
    assert verdict.channel == "sms"
    assert rules(verdict) == ["choice.lead_day", "choice.channel"]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"is_owed": False}, "paid"),
        ({"account_open": False}, "account_closed"),
        ({"has_words": False}, "no_words"),
    ],
)
def test_what_is_not_owed_or_has_no_approved_words_is_not_sent(facts, why):
    verdict = gate(facts=FACTS._replace(**facts))
    assert isinstance(verdict, Suppress)
    assert rules(verdict) == [why]


def test_a_hold_silences_everything():
    verdict = gate(contact=CONTACT._replace(holds=(Silence("stop_request"),)))
    assert isinstance(verdict, Suppress)
    assert rules(verdict) == ["hold"]


@pytest.mark.parametrize("reason", ["conversation", "promise"])
def test_what_waits_for_our_own_answer_is_not_given_up_beforehand(reason):
    holds = (Silence(reason, until=NOON + timedelta(days=14)),)
    contact, facts = CONTACT._replace(holds=holds), FACTS._replace(expires_at=NOON + timedelta(days=2))
    verdict = gate(contact=contact, facts=facts)
    if reason == "promise":
        assert isinstance(verdict, Suppress)
        return
    assert isinstance(verdict, Defer)
    assert (verdict.until, rules(verdict)) == (facts.expires_at, ["hold"])
    assert isinstance(gate(facts=facts._replace(moved=verdict.reasons)), Send)  # we have answered
    assert isinstance(gate(contact=contact, facts=facts, now=verdict.until), Suppress)  # we have not


def test_a_lead_day_that_was_not_chosen_is_silent():
    verdict = gate(choice=replace(DEFAULT, lead_days=frozenset({7})))
    assert rules(verdict) == ["choice.lead_day_off"]


def test_discreet_words_are_told_with_the_reason_and_a_note_in_the_inbox_says_all():
    facts = FACTS._replace(messages={"plain": {}, "discreet": {}})
    choice = replace(DEFAULT, is_discreet=True)
    verdict = gate(facts=facts, choice=choice)
    assert isinstance(verdict, Send)
    assert (verdict.is_discreet, rules(verdict)) == (
        True,
        ["choice.lead_day", "choice.discreet", "choice.channel"],
    )
    inbox = gate(contact=CONTACT._replace(reachable=frozenset({"inbox"})), facts=facts, choice=choice)
    assert "choice.discreet" not in rules(inbox)


def test_a_category_without_channels_is_silent():
    choice = replace(DEFAULT, channels={**DEFAULT.channels, "upcoming": ()})
    assert rules(gate(choice=choice)) == ["choice.category_off"]


def test_the_next_channel_is_used_where_the_first_cannot_reach():
    verdict = gate(contact=CONTACT._replace(reachable=frozenset({"email", "inbox"})))
    assert isinstance(verdict, Send)
    assert verdict.channel == "email"
    assert "choice.next_channel" in rules(verdict)


def test_a_channel_that_refused_for_good_is_passed_over():
    verdict = gate(facts=FACTS._replace(failed_channels=frozenset({"sms"})))
    assert isinstance(verdict, Send)
    assert verdict.channel == "email"


def test_the_inbox_is_used_where_nothing_chosen_can_reach():
    choice = replace(DEFAULT, channels={**DEFAULT.channels, "upcoming": ("sms",)})
    verdict = gate(contact=CONTACT._replace(reachable=frozenset({"inbox"})), choice=choice)
    assert isinstance(verdict, Send)
    assert verdict.channel == "inbox"


def test_outside_the_borrowers_hours_it_waits_for_the_next_opening():
    night = datetime(2026, 6, 11, 2, tzinfo=UTC)  # Wednesday 22:00 in New York
    verdict = gate(now=night)
    assert isinstance(verdict, Defer)
    assert verdict.until == datetime(2026, 6, 11, 13, tzinfo=UTC)  # Thursday 09:00
    assert verdict.until.astimezone(NEW_YORK).time() == time(9)


def test_a_day_without_hours_is_skipped_and_the_reason_is_kept_until_it_is_sent():
    windows = {**DEFAULT.windows, 2: None}  # no Wednesday
    choice = replace(DEFAULT, windows=windows)
    waiting = gate(choice=choice)
    assert isinstance(waiting, Defer)
    assert waiting.until.astimezone(NEW_YORK).weekday() == 3
    sent = gate(choice=choice, facts=FACTS._replace(moved=waiting.reasons), now=waiting.until)
    assert isinstance(sent, Send)
    assert "choice.window" in rules(sent)


def test_a_second_message_waits_for_the_next_day():
    verdict = gate(history=(NOON - timedelta(hours=2),))
    assert isinstance(verdict, Defer)
    assert verdict.until.astimezone(NEW_YORK).date() == date(2026, 6, 11)


def test_the_weekly_maximum_moves_a_message_to_the_first_free_day():
    choice = replace(DEFAULT, max_per_week=1)
    facts = FACTS._replace(expires_at=NOON + timedelta(days=10))
    verdict = gate(choice=choice, facts=facts, history=(NOON - timedelta(days=3),))
    assert isinstance(verdict, Defer)
    assert verdict.until.astimezone(NEW_YORK).date() == date(2026, 6, 14)  # seven days after the 7th


def test_what_would_come_too_late_is_not_sent_and_says_so():
    choice = replace(DEFAULT, max_per_week=1)
    verdict = gate(choice=choice, history=(NOON - timedelta(days=3),))
    assert isinstance(verdict, Suppress)
    assert rules(verdict) == ["choice.week", "too_late"]


def test_the_inbox_disturbs_nobody_so_no_cap_counts_it():
    choice = replace(DEFAULT, channels={**DEFAULT.channels, "upcoming": ("inbox",)}, max_per_week=1)
    assert isinstance(gate(choice=choice, history=(NOON - timedelta(hours=1),)), Send)


def test_a_pause_puts_off_until_its_day_begins():
    choice = replace(DEFAULT, paused_until=date(2026, 6, 12))
    verdict = gate(choice=choice)
    assert isinstance(verdict, Defer)
    assert verdict.until.astimezone(NEW_YORK).date() == date(2026, 6, 12)


def test_an_expired_reminder_is_never_sent():
    verdict = gate(now=FACTS.expires_at)
    assert isinstance(verdict, Suppress)
    assert rules(verdict) == ["too_late"]


def test_with_two_possible_places_the_hour_is_right_in_both():
    both = CONTACT._replace(zones=(NEW_YORK, local_time.zone("America/Los_Angeles")))
    verdict = gate(contact=both, now=datetime(2026, 6, 10, 13, 30, tzinfo=UTC))  # 09:30 and 06:30
    assert isinstance(verdict, Defer)
    assert verdict.until == datetime(2026, 6, 10, 16, tzinfo=UTC)  # 12:00 and 09:00


instants = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001  hypothesis adds the zone itself
    datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
windows = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 22), st.integers(1, 23))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: (time(pair[0]), time(pair[1]))),
)
choices = st.builds(
    Choice,
    windows=st.fixed_dictionaries(dict.fromkeys(WEEKDAYS, windows)),
    max_per_week=st.integers(1, 7),
)
histories = st.lists(st.integers(1, 10 * 24), max_size=8).map(
    lambda hours: tuple(NOON - timedelta(hours=hour) for hour in sorted(hours, reverse=True))
)


@given(now=instants, zones=st.sets(st.sampled_from(ZONES), min_size=1, max_size=2), choice=choices)
def test_nothing_goes_outside_the_hours_of_law_and_choice_in_any_zone(now, zones, choice):
    facts = FACTS._replace(expires_at=now + timedelta(days=9))
    verdict = gate(contact=CONTACT._replace(zones=tuple(zones)), facts=facts, choice=choice, now=now)
    if isinstance(verdict, Suppress):
        return
    at = verdict.until if isinstance(verdict, Defer) else now
    assert now <= at < facts.expires_at
    for zone in zones:
        local = at.astimezone(zone)
        window = choice.windows[local.weekday()]
        assert window is not None
        assert time(8) <= local.time() < time(21)
        assert window[0] <= local.time() < window[1]


@given(now=instants, choice=choices)
def test_following_the_gate_always_ends(now, choice):
    facts = FACTS._replace(expires_at=now + timedelta(days=9))
    for _ in range(20):
        verdict = gate(facts=facts, choice=choice, now=now)
        if not isinstance(verdict, Defer):
            return
        assert verdict.until > now
        now, facts = verdict.until, facts._replace(moved=verdict.reasons)
    pytest.fail("The gate put the reminder off twenty times.")


@given(choice=choices, history=histories)
def test_no_seven_days_hold_more_messages_than_were_chosen(choice, history):
    facts = FACTS._replace(expires_at=NOON + timedelta(days=20))
    verdict = gate(facts=facts, choice=choice, history=history)
    if isinstance(verdict, Suppress):
        return
    at = verdict.until if isinstance(verdict, Defer) else NOON
    day = at.astimezone(NEW_YORK).date()
    recent = [one for one in history if one.astimezone(NEW_YORK).date() > day - timedelta(days=7)]
    assert len(recent) < choice.max_per_week


@given(choice=choices)
def test_a_choice_survives_being_stored(choice):
    assert Choice.from_json(choice.to_json()) == choice


def test_a_reason_survives_being_stored():
    reason = Reason("choice.week", {"most": 3}, "source")
    assert Reason.from_json(reason.to_json()) == reason
