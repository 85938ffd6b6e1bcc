"""A rulebook with a fault is refused, and the message names file, rule and reason."""

import re

import pytest
from django.apps import apps

from notifications.law import books
from notifications.law.books import read_folder
from notifications.law.reading import RulebookError, parse

HEAD = {
    "schema": "1",
    "id": '"xx"',
    "name": '"Nowhere"',
    "jurisdiction": '"XX"',
    "version": '"2026-01-31"',
    "summary": '"A place of the tests."',
    "zones": '["Europe/Berlin"]',
    "holidays": '"DE"',
}
COMMON = {
    "id": '"xx.rule"',
    "binds": '["creditor"]',
    "stages": '["overdue"]',
    "channels": '["all"]',
    "force": '"binding"',
    "plain": '"No calls at night."',
    "citation": '"Act 1"',
    "url": '"https://example.org/"',
    "confidence": '"verified"',
    "effective_from": '""',
}
KINDS = {
    "contact_hours": {"hours": '{ mon = ["08:00", "21:00"] }'},
    "holidays": {"hours": "[]"},
    "cap": {"cap": '{ count = 1, window_days = 7, window = "rolling", per = "debt", counts = "attempts" }'},
    "content_required": {"keys": '["amount"]'},
    "content_prohibited": {"categories": '["threat"]'},
    "links": {"may": '"none"'},
    "consent": {"form": '"express"', "for": '"messages"'},
    "opt_out": {"scope": '"channel"', "keywords": '["STOP"]'},
    "third_party": {"allowed": '["the debtor"]', "may_tell_debt": "false"},
    "workplace": {"allowed": '"no"'},
    "records": {"keep_years": "3"},
    "hold": {"trigger": '"dispute"', "effect": '"stop_debt"', "until": '"it is settled"'},
}


def table(keys):
    return "\n".join(f"{key} = {value}" for key, value in keys.items() if value is not None)


def rulebook(of_kind="cap", head=None, **keys):
    """The text of a rulebook with one rule. A key that is None is left out."""
    rule = {"kind": f'"{of_kind}"', **COMMON, **KINDS[of_kind], **keys}
    return f"{table({**HEAD, **(head or {})})}\n[[rule]]\n{table(rule)}\n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_of_each_kind_is_read(kind):
    (rule,) = parse(rulebook(kind), "xx.toml").rules
    assert (rule.kind, rule.id, rule.version) == (kind, "xx.rule", "2026-01-31")


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, keys in KINDS.items() for key in keys])
def test_a_rule_without_a_key_of_its_kind_is_refused(kind, key):
    if (kind, key) in {
        ("contact_hours", "hours"),
        ("cap", "cap"),
        ("opt_out", "keywords"),
        ("third_party", "allowed"),
    }:
        assert parse(
            rulebook(kind, **{key: None}), "xx.toml"
        ).rules  # a duty without numbers, words or persons
        return
    with pytest.raises(RulebookError, match=rf"xx.toml: rule xx.rule: the key '{key}' is missing"):
        parse(rulebook(kind, **{key: None}), "xx.toml")


@pytest.mark.parametrize("key", [key for key in COMMON if key not in ("id", "effective_from")])
def test_a_rule_without_what_every_rule_has_is_refused(key):
    with pytest.raises(RulebookError, match=rf"xx.toml: rule xx.rule: the key '{key}' is missing"):
        parse(rulebook(**{key: None}), "xx.toml")


CAP = '{ count = %s, window_days = %s, window = "%s", per = "%s", counts = "%s" }'
FAULTS = [
    ("cap", {"kind": '"limit"'}, "limit"),
    ("cap", {"id": '"yy.rule"'}, "does not start with"),
    ("cap", {"binds": '["bank"]'}, "bank"),
    ("cap", {"binds": "[]"}, "binds is empty"),
    ("cap", {"binds": '"creditor"'}, "binds is not a list"),
    ("cap", {"stages": '["late"]'}, "late"),
    ("cap", {"channels": '["fax"]'}, "fax"),
    ("cap", {"channels": "[]"}, "channels is empty"),
    ("cap", {"force": '"strong"'}, "strong"),
    ("cap", {"confidence": '"sure"'}, "sure"),
    ("cap", {"plain": '" "'}, "plain is empty"),
    ("cap", {"citation": "7"}, "citation = 7 is not a text"),
    ("cap", {"effective_from": '"2026-02-30"'}, "day is out of range"),
    ("cap", {"effective_from": "2026-02-03"}, "effective_from"),
    ("cap", {"effective_from": '"2026-02-03"', "effective_to": '"2026-02-02"'}, "before it takes effect"),
    ("cap", {"unless": '["friday"]'}, "friday"),
    ("cap", {"only_for": '"tea"'}, "tea"),
    ("cap", {"only_from_days_past_due": "-1"}, "whole number"),
    ("cap", {"only_until_days_past_due": "1.5"}, "whole number"),
    ("cap", {"only_purposes": '["dance"]'}, "dance"),
    ("cap", {"only_places": '["moon"]'}, "moon"),
    ("links", {"may": '"some"'}, "some"),
    ("cap", {"only_first": '"yes"'}, "neither true nor false"),
    ("cap", {"moon": '"full"'}, "moon"),
    ("cap", {"hours": "[]"}, "hours"),
    ("cap", {"cap": CAP % ('"1"', 7, "rolling", "debt", "attempts")}, "count"),
    ("cap", {"cap": CAP % (1, 0, "rolling", "debt", "attempts")}, "window_days"),
    ("cap", {"cap": CAP % (1, 7, "lunar", "debt", "attempts")}, "lunar"),
    ("cap", {"cap": CAP % (1, 7, "rolling", "family", "attempts")}, "family"),
    ("cap", {"cap": CAP % (1, 7, "rolling", "debt", "smiles")}, "smiles"),
    ("cap", {"cap": "{ count = 1 }"}, "window_days"),
    ("cap", {"cap": (CAP % (1, 7, "rolling", "debt", "attempts"))[:-1] + ", moon = 1 }"}, "moon"),
    ("cap", {"cap": "7"}, "not iterable"),
    ("contact_hours", {"hours": '{ monday = ["08:00", "21:00"] }'}, "monday"),
    ("contact_hours", {"hours": '{ mon = ["08:00"] }'}, "not .start, end."),
    ("contact_hours", {"hours": '{ mon = "08:00" }'}, "not .start, end."),
    ("contact_hours", {"hours": '{ mon = ["08:00", "25:00"] }'}, "hour must be in"),
    ("contact_hours", {"hours": '{ mon = ["21:00", "08:00"] }'}, "do not end after they start"),
    ("contact_hours", {"hours": '["08:00", "21:00"]'}, "does not tell days"),
    ("contact_hours", {"closed_on_holidays": "true", "head": {"holidays": None}}, "names no calendar"),
    ("holidays", {"head": {"holidays": None}}, "names no calendar"),
    ("holidays", {"hours": '["13:00"]'}, "not .start, end."),
    ("content_required", {"keys": '["smile"]'}, "smile"),
    ("content_required", {"keys": "[]"}, "keys is empty"),
    ("content_prohibited", {"categories": '["kindness"]'}, "kindness"),
    ("content_prohibited", {"public": '"yes"'}, "neither true nor false"),
    ("consent", {"form": '"nod"'}, "nod"),
    ("consent", {"for": '"tea"'}, "tea"),
    ("opt_out", {"scope": '"planet"'}, "planet"),
    ("opt_out", {"keywords": "[1]"}, "keywords is not a list of texts"),
    ("opt_out", {"honour_hours": "-1"}, "whole number"),
    ("third_party", {"may_tell_debt": '"no"'}, "neither true nor false"),
    ("workplace", {"allowed": '"sometimes"'}, "sometimes"),
    ("records", {"keep_years": '"three"'}, "number of years"),
    ("hold", {"trigger": '"rain"'}, "rain"),
    ("hold", {"effect": '"stop_time"'}, "stop_time"),
    ("hold", {"until": '""'}, "until is empty"),
]


@pytest.mark.parametrize(("kind", "keys", "reason"), FAULTS)
def test_a_fault_in_a_rule_is_told_with_file_rule_and_reason(kind, keys, reason):
    rule_id = keys.get("id", '"xx.rule"').strip('"')
    with pytest.raises(RulebookError, match=rf"^xx.toml: rule {re.escape(rule_id)}: .*{reason}"):
        parse(rulebook(kind, **keys), "xx.toml")


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"schema": "2"}, "schema 2"),
        ({"id": '"yy"'}, "belongs into yy.toml"),
        ({"zones": '["Mars/Olympus"]'}, "Mars/Olympus"),
        ({"holidays": '"QQ"'}, "no calendar QQ"),
        ({"holidays": '"BR-QQ"'}, "QQ"),
        ({"version": '"today"'}, "today"),
        ({"summary": '""'}, "summary is empty"),
        ({"moon": '"full"'}, "moon"),
        ({"name": None}, "name"),
    ],
)
def test_a_fault_in_the_head_is_told_with_file_and_reason(head, reason):
    with pytest.raises(RulebookError, match=rf"^xx.toml: .*{reason}"):
        parse(rulebook(head=head), "xx.toml")


def test_what_is_not_toml_is_told_with_the_file():
    with pytest.raises(RulebookError, match=r"^xx.toml: not TOML"):
        parse("schema = ", "xx.toml")


def test_a_rule_that_is_no_table_is_refused():
    with pytest.raises(RulebookError, match=r"^xx.toml"):
        parse(f"{table(HEAD)}\nrule = [1]\n", "xx.toml")


def folder(path, **files):
    for name, text in files.items():
        (path / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return path


def child(of, name="xx-yy", rule_id="xx-yy.rule"):
    return rulebook(head={"id": f'"{name}"', "parent": f'"{of}"'}, id=f'"{rule_id}"')


def test_a_parent_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RulebookError, match=r"^xx-yy.toml: its parent xx.toml is not there"):
        read_folder(folder(tmp_path, xx_yy=child("xx")))


def test_a_book_above_itself_is_told(tmp_path):
    with pytest.raises(RulebookError, match="its own parent"):
        read_folder(folder(tmp_path, xx=rulebook(head={"parent": '"xx-yy"'}), xx_yy=child("xx")))


def test_an_id_used_twice_is_told(tmp_path):
    twice = rulebook() + rulebook().partition("[[rule]]")[1] + rulebook().partition("[[rule]]")[2]
    with pytest.raises(RulebookError, match=r"^xx.toml: rule xx.rule: another rule has that id"):
        read_folder(folder(tmp_path, xx=twice))


def test_a_folder_without_the_careful_default_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(books, "FOLDER", folder(tmp_path, xx=rulebook()))
    books.all_books.cache_clear()
    try:
        with pytest.raises(RulebookError, match=r"holds no careful.toml"):
            books.all_books()
    finally:
        books.all_books.cache_clear()


def test_a_faulty_rulebook_stops_every_start(tmp_path, monkeypatch):
    monkeypatch.setattr(books, "FOLDER", folder(tmp_path, careful="not TOML"))
    books.all_books.cache_clear()
    try:
        with pytest.raises(RulebookError, match=r"^careful.toml: not TOML"):
            apps.get_app_config("notifications").ready()
    finally:
        books.all_books.cache_clear()


@pytest.mark.parametrize(
    ("country", "region", "expected"),
    [
        ("US", "", ["careful", "us"]),
        ("US", "MA", ["careful", "us", "us-ma"]),
        ("US", "NY-NYC", ["careful", "us", "us-ny-nyc"]),
        ("US", "NY", ["careful", "us"]),  # no book of the state's own
        ("US", "MA-BOSTON", ["careful", "us", "us-ma"]),
        ("DE", "BY", ["careful", "eu", "de"]),
        ("FR", "", ["careful", "eu"]),
        ("BR", "SP", ["careful", "br", "br-sp"]),
        ("CH", "ZH", ["careful"]),
        ("", "", ["careful"]),
    ],
)
def test_a_place_has_its_own_law_and_all_above_it(country, region, expected):
    assert [book.id for book in books.for_place(country, region)] == expected


def test_what_was_not_verified_is_marked():
    marked = {rule.id for book in books.all_books().values() for rule in book.rules if rule.is_unverified}
    assert "us.bankruptcy.stay" in marked
    assert "us.regf.hours" not in marked
