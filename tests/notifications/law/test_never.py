"""What must hold for every person, place and instant: properties of the gate under whole rulebooks.

Quick by default; HYPOTHESIS_PROFILE=nightly tries hundreds of thousands of cases.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from notifications import local_time
from notifications.choice import CHANNELS, DEFAULT, LEAD_DAYS, WEEKDAYS, Choice
from notifications.gate import decide
from notifications.gate_terms import INBOX, Contact, Defer, Facts, Person, Send, Silence, Suppress
from notifications.habit import Habit, Kind
from notifications.law import books, judge
from notifications.law.case import Case, Message, PriorContact
from notifications.law.reading import holiday_calendar
from notifications.law.rule import Cap, ContactHours, Holidays
from notifications.law.values import DAYS
from notifications.pace import PACES, Rung

PLACES = [
    ("US", ""), ("US", "MA"), ("US", "NY-NYC"), ("US", "WA"), ("US", "DC"), ("US", "FL"), ("GB", ""), ("DE", ""),
    ("CN", ""), ("TW", ""), ("HK", ""), ("IN", ""), ("PH", ""), ("ID", ""), ("BR", "SP"), ("MX", ""), ("AU", ""),
    ("CA", "ON"), ("CA", "QC"), ("ZA", ""), ("XX", ""),
]  # fmt: skip
ZONES = [
    local_time.zone(key)
    for key in (
        "America/New_York",
        "America/Los_Angeles",
        "America/Sao_Paulo",
        "America/St_Johns",  # half an hour off
        "Asia/Kolkata",
        "Asia/Kathmandu",  # a quarter
        "Asia/Shanghai",
        "Australia/Lord_Howe",  # summer time of half an hour
        "Pacific/Kiritimati",  # a day ahead
        "Pacific/Pago_Pago",  # and a day behind
        "Pacific/Apia",  # had no 30 December 2011
        "Africa/Cairo",  # summer time starts at midnight
        "Europe/London",
    )
]
EDGES = [  # leap day, nights of clock changes, the turn of a year and of a month
    datetime(2028, 2, 29, 3, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
    datetime(2011, 12, 29, 22, tzinfo=UTC),
]
CALENDARS = {
    rule.calendar: holiday_calendar(rule.calendar)
    for book in books.all_books().values()
    for rule in book.rules
    if isinstance(rule, Holidays)
}
KEYS = frozenset(
    {
        "sender_name",
        "lender_name",
        "contact",
        "opt_out",
        "collector_disclosure",
        "amount",
        "basis",
        "due_date",
    }
) | {"purpose", "sender_code"}

instants = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(
        lambda at, minutes: at + timedelta(minutes=minutes), st.sampled_from(EDGES), st.integers(-2000, 2000)
    ),
)
zone_sets = st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True).map(tuple)
windows = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 47), st.integers(0, 48))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: tuple(map(_clock, pair))),
)
choices = st.builds(
    Choice,
    channels=st.fixed_dictionaries(
        dict.fromkeys(
            ("upcoming", "due", "overdue"),
            st.lists(st.sampled_from(CHANNELS), unique=True, max_size=3).map(tuple),
        )
    ),
    windows=st.fixed_dictionaries(dict.fromkeys(WEEKDAYS, windows)),
    lead_days=st.frozensets(st.sampled_from(LEAD_DAYS)),
    max_per_week=st.integers(1, 7),
    pace=st.sampled_from(PACES),
)
habits = st.builds(
    Habit,
    st.sampled_from(list(Kind)),
    typical_offset=st.integers(-10, 20),
    spread=st.integers(0, 10),
    bills=st.integers(3, 12),
    on_time=st.integers(0, 12),
    answered=st.integers(0, 12),
)
holds = st.lists(
    st.tuples(
        st.sampled_from(["dispute", "promise"]),
        st.none() | st.integers(-5, 20),
        st.sampled_from(["", "A", "B"]),
    ),
    max_size=2,
)
contacts = st.lists(
    st.tuples(
        st.integers(0, 40 * 24 * 60),  # minutes ago
        st.sampled_from(["sms", "email", "push", "call", "visit", "letter"]),
        st.sampled_from(["sent", "unanswered", "voicemail", "conversation", "not_connected"]),
        st.booleans(),
        st.sampled_from(["A", "B"]),
    ),
    max_size=14,
)


def _clock(halves: int) -> time:
    return time.max if halves == 48 else time(halves // 2, 30 * (halves % 2))


@st.composite
def looks(draw):
    """All that the gate is asked with, for one look at a reminder."""
    now = draw(instants)
    offset = draw(st.sampled_from([-7, -3, -1, 0, 3, 7, 14, 40]))
    history = tuple(
        PriorContact(now - timedelta(minutes=ago), channel, outcome, inbound, frozenset({debt}))
        for ago, channel, outcome, inbound, debt in sorted(draw(contacts), key=lambda one: -one[0])
    )
    silences = tuple(
        Silence(why, None if days is None else now + timedelta(days=days), account)
        for why, days, account in draw(holds)
    )
    return {
        "contact": Contact(
            zones=draw(zone_sets),
            reachable=draw(st.frozensets(st.sampled_from(["sms", "email", "push"]))) | {INBOX},
            holds=silences,
            binds=draw(st.sampled_from(["creditor", "collector"])),
        ),
        "facts": Facts(
            category="upcoming" if offset < 0 else "overdue" if offset else "due",
            offset_days=offset,
            due_on=now.date() - timedelta(days=offset),
            is_owed=draw(st.sampled_from([True, True, True, False])),
            account_open=True,
            has_words=True,
            expires_at=now + timedelta(days=draw(st.integers(0, 12))),
            account="A",
            product=draw(st.sampled_from(["card", "loan"])),
            messages={
                "plain": dict.fromkeys(CHANNELS, Message(keys=KEYS)),
                "soft": dict.fromkeys(CHANNELS, Message(keys=KEYS)),
                "discreet": dict.fromkeys(CHANNELS, Message(keys=KEYS)),
            },
            rung=Rung(offset, 2),
            cadence=tuple(Rung(one, 2) for one in (-7, -3, -1, 0, 3, 7, 14, 40)),
        ),
        "choice": draw(st.just(DEFAULT) | choices),
        "rulebooks": books.for_place(*draw(st.sampled_from(PLACES))),
        "history": history,
        "now": now,
        "habit": draw(habits),
    }


def verdict_on(look):
    person = Person(*(look[name] for name in ("contact", "choice", "history", "rulebooks", "habit")))
    return decide(person, look["facts"], now=look["now"])


def case_of(look, channel):
    contact, facts = look["contact"], look["facts"]
    return Case(
        zones=contact.zones,
        binds=contact.binds,
        stage=facts.category,
        channel=channel,
        message=Message(keys=KEYS),
        debts=frozenset({facts.account}),
        history=look["history"],
        days_past_due=max(facts.offset_days, 0),
        product=facts.product,
        person_in_portal=channel == INBOX,
    )


def binding(look, channel, at, kind):
    """The rules of a kind that bind such a contact, found by reading every rule of every book."""
    facts, contact = look["facts"], look["contact"]
    for rule in (rule for book in look["rulebooks"] for rule in book.rules if isinstance(rule, kind)):
        day = at.astimezone(contact.zones[0]).date()
        if (
            contact.binds in rule.binds
            and facts.category in rule.stages
            and rule.channels & {channel, "all"}
            and rule.only_for in ("", facts.product)
            and (rule.effective_from or date.min) <= day <= (rule.effective_to or date.max)
            and not ("person_in_portal" in rule.unless and channel == INBOX)
            and not rule.only_purposes
            and (not rule.only_places or "none" in rule.only_places)
            and max(facts.offset_days, 0)
            > (-1 if rule.only_from_days_past_due is None else rule.only_from_days_past_due)
            and max(facts.offset_days, 0)
            <= (10**9 if rule.only_until_days_past_due is None else rule.only_until_days_past_due)
        ):
            yield rule


def is_in(window, clock):
    return window is not None and window[0] <= clock < window[1]


@given(look=looks())
def test_nothing_is_sent_outside_an_hour_of_law_or_choice_in_any_zone(look):
    verdict, now = verdict_on(look), look["now"]
    if not isinstance(verdict, Send):
        return
    for zone in look["contact"].zones:
        local = now.astimezone(zone)
        assert is_in(look["choice"].windows[local.weekday()], local.time())
        for rule in binding(look, verdict.channel, now, ContactHours):
            assert rule.hours is None or is_in(rule.hours[local.weekday()], local.time()), (
                rule.id,
                DAYS[local.weekday()],
            )


@given(look=looks())
def test_nothing_is_sent_on_a_holiday_that_the_law_keeps_free(look):
    verdict, now = verdict_on(look), look["now"]
    if not isinstance(verdict, Send):
        return
    for rule in binding(look, verdict.channel, now, Holidays):
        calendar = CALENDARS[rule.calendar]
        assert all(now.astimezone(zone).date() not in calendar for zone in look["contact"].zones), rule.id


@given(look=looks())
def test_no_window_of_a_cap_ever_holds_more_than_its_count(look):
    verdict, now = verdict_on(look), look["now"]
    if not isinstance(verdict, Send) or verdict.channel == INBOX:
        return
    home = look["contact"].zones[0]
    today = now.astimezone(home).date()
    sent = [one for one in look["history"] if not one.is_inbound]
    assert (
        sum(today - one.at.astimezone(home).date() < timedelta(days=7) for one in sent)
        < look["choice"].max_per_week
    )
    for rule in binding(look, verdict.channel, now, Cap):
        limit = rule.limit
        if (
            limit is None
            or limit.after
            or limit.window not in ("rolling", "calendar_day")
            or limit.per == "contact_point"
        ):
            continue
        counted = [
            one
            for one in sent
            if rule.channels & {one.channel, "all"}
            and one.outcome in COUNTED[limit.counts]
            and (limit.per == "person" or "A" in one.debts)
            and today - one.at.astimezone(home).date() < timedelta(days=limit.window_days)
        ]
        assert len(counted) < limit.count, rule.id


COUNTED = {
    "attempts": {"sent", "unanswered", "voicemail", "conversation"},
    "contacts": {"sent", "voicemail", "conversation"},
    "conversations": {"conversation"},
}


@given(look=looks())
def test_nothing_is_sent_while_a_hold_of_the_account_is_in_force(look):
    verdict, now = verdict_on(look), look["now"]
    silent = [
        one
        for one in look["contact"].holds
        if one.account in ("", "A") and (one.until is None or one.until > now)
    ]
    if silent:
        assert not isinstance(verdict, Send)
    if any(one.until is None for one in silent):
        assert isinstance(verdict, Suppress)
    if isinstance(verdict, Defer):
        assert all(one.until is not None and verdict.until >= one.until for one in silent)


@given(look=looks())
def test_nothing_is_sent_of_a_bill_that_is_paid(look):
    assert isinstance(verdict_on({**look, "facts": look["facts"]._replace(is_owed=False)}), Suppress)


@given(look=looks())
def test_a_deferral_moves_forward_keeps_its_reasons_and_ends(look):
    for _ in range(30):
        verdict = verdict_on(look)
        if not isinstance(verdict, Defer):
            return
        assert look["now"] < verdict.until < look["facts"].expires_at
        assert verdict.reasons
        look = {**look, "now": verdict.until, "facts": look["facts"]._replace(moved=verdict.reasons)}
    raise AssertionError("put off thirty times")


@given(look=looks(), place=st.sampled_from(PLACES))
def test_another_rulebook_adds_no_message_and_makes_none_earlier(look, place):
    more = {**look, "rulebooks": (*look["rulebooks"], *books.for_place(*place))}
    # Where it closes a way, the person's next way is asked instead, which has caps of its own.
    assume(all(closes(more, way) == closes(look, way) for way in look["contact"].reachable))
    stricter(verdict_on(look), verdict_on(more))


def closes(look, channel):
    contact, facts = look["contact"], look["facts"]
    rules = judge.rules_for(look["rulebooks"], binds=contact.binds, stage=facts.category, channel=channel)
    return bool(judge.barring(rules, case_of(look, channel), look["now"]))


@given(look=looks(), rate=st.integers(1, 7))
def test_a_smaller_weekly_maximum_adds_no_message_and_makes_none_earlier(look, rate):
    choice = look["choice"]
    fewer = {**look, "choice": replace(choice, max_per_week=min(rate, choice.max_per_week))}
    stricter(verdict_on(look), verdict_on(fewer))


@given(look=looks(), days=st.none() | st.integers(0, 20))
def test_another_hold_adds_no_message_and_makes_none_earlier(look, days):
    contact = look["contact"]
    silence = Silence("dispute", None if days is None else look["now"] + timedelta(days=days))
    more = {**look, "contact": contact._replace(holds=(*contact.holds, silence))}
    stricter(verdict_on(look), verdict_on(more))


@given(look=looks(), zone=st.sampled_from(ZONES))
def test_another_place_the_person_may_be_in_adds_no_message_and_makes_none_earlier(look, zone):
    contact = look["contact"]
    more = {**look, "contact": contact._replace(zones=(*contact.zones, zone))}
    stricter(verdict_on(look), verdict_on(more))


def stricter(before, after):
    """`after` follows from the same facts under one rule more."""
    if isinstance(before, Suppress):
        assert isinstance(after, Suppress)
    if isinstance(before, Defer):
        assert not isinstance(after, Send)
    if isinstance(before, Defer) and isinstance(after, Defer):
        assert after.until >= before.until


@given(look=looks())
def test_the_same_facts_give_the_same_verdict_and_reasons(look):
    first = verdict_on(look)
    assert verdict_on(look) == first
    assert [reason.rule for reason in first.reasons] == [reason.rule for reason in verdict_on(look).reasons]
    assert len({reason.rule for reason in first.reasons}) == len(first.reasons)


@given(look=looks(), channel=st.sampled_from(["sms", "email", "call", "letter", "visit"]))
def test_what_the_judge_defers_it_allows_at_that_instant_and_not_a_second_before(look, channel):
    case = case_of(look, channel)
    ruling = judge.judge(look["rulebooks"], case, at=look["now"])
    if ruling.decision is not judge.Decision.DEFER:
        return
    assert ruling.until is not None
    assert ruling.until > look["now"]
    assert judge.judge(look["rulebooks"], case, at=ruling.until).decision is not judge.Decision.DEFER
    before = judge.judge(look["rulebooks"], case, at=ruling.until - timedelta(seconds=1))
    assume(ruling.until - timedelta(seconds=1) >= look["now"])
    assert before.decision is not judge.Decision.ALLOWED
