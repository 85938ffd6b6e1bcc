"""The rulebooks as staff read them: whole, with their sources, with what nobody checked marked so, and compared."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from notifications import rule_words, rulebook_texts
from notifications.law import books
from notifications.models import RulebookText
from tests import factories

pytestmark = pytest.mark.django_db
LIST = reverse("admin:notifications_rulebooktext_changelist")


@pytest.fixture
def kept() -> dict[str, RulebookText]:
    """The texts in force, by book."""
    rulebook_texts.keep(now=timezone.now())
    return {text.book_id: text for text in RulebookText.objects.all()}


def page(text: RulebookText) -> str:
    return reverse("admin:notifications_rulebooktext_change", args=[text.pk])


def earlier(kept: RulebookText, words: str = "") -> RulebookText:
    """An earlier text of the same book, with other hours."""
    words = words or kept.text.replace('"21:00"', '"20:00"')
    return RulebookText.objects.create(
        book_id=kept.book_id,
        version="2025-01-01",
        text=words,
        sha256=rulebook_texts.digest(words),
        seen_at=timezone.now() - timedelta(days=300),
    )


# ---------- kept ----------


def test_a_release_keeps_the_text_of_each_rulebook_once() -> None:
    call_command("load_defaults")
    call_command("load_defaults")
    assert {text.book_id: text.text for text in RulebookText.objects.all()} == {
        book_id: (books.FOLDER / f"{book_id}.toml").read_text(encoding="utf-8")
        for book_id in books.all_books()
    }
    assert RulebookText.objects.count() == len(books.all_books())


def test_a_changed_text_is_kept_beside_the_one_before(kept: dict[str, RulebookText]) -> None:
    before = earlier(kept["careful"])
    rulebook_texts.keep(now=timezone.now())
    assert set(RulebookText.objects.filter(book_id="careful")) == {before, kept["careful"]}


# ---------- read ----------


def test_the_list_names_each_rulebook_with_its_rules_and_how_many_nobody_checked(
    staff_client: Client, kept: dict[str, RulebookText]
) -> None:
    shown = staff_client.get(LIST).content.decode()
    for book_id, book in books.all_books().items():
        assert escape(book.name) in shown
        assert page(kept[book_id]) in shown
    unchecked = sum(rule.is_unverified for book in books.all_books().values() for rule in book.rules)
    marked = [part.split("<")[0] for part in shown.split('<strong class="unverified">')[1:]]
    assert sum(map(int, marked)) == unchecked > 0


def test_every_rule_is_shown_with_its_sentence_and_its_source(
    staff_client: Client, kept: dict[str, RulebookText]
) -> None:
    for book_id, book in books.all_books().items():
        shown = staff_client.get(page(kept[book_id])).content.decode()
        for rule in (*book.rules, *books.with_parents(book_id)[0].rules, *books.careful().rules):
            assert escape(rule.plain) in shown
            assert escape(rule.citation) in shown
            assert escape(rule.url) in shown
        assert escape(book.summary) in shown
        assert all(escape(question) in shown for question in book.open_questions)
        if any(rule.is_unverified for rule in book.rules):
            assert '<strong class="unverified">unverified</strong>' in shown


def test_a_text_that_is_in_force_no_more_says_so(staff_client: Client, kept: dict[str, RulebookText]) -> None:
    assert "It is in force." in staff_client.get(page(kept["us"])).content.decode()
    assert "It is in force no more." in staff_client.get(page(earlier(kept["us"]))).content.decode()


def test_a_text_of_an_earlier_format_is_shown_as_it_was(
    staff_client: Client, kept: dict[str, RulebookText]
) -> None:
    old = earlier(kept["us"], words="schema = 0\n<script>")
    shown = staff_client.get(page(old)).content.decode()
    assert "schema = 0\n&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("rule_id", "says"),
    [
        ("careful.hours", ("Hours", "every day 08:00–21:00")),
        ("careful.daily", ("At most", "1 try, in one day, for each person")),
        ("us.regf.hours", ("Binds", "a debt collector")),
    ],
)
def test_hours_and_numbers_are_readable(rule_id: str, says: tuple[str, str]) -> None:
    rule = books.rule(rule_id)
    assert rule is not None
    assert says in rule_words.facts(rule)


def test_every_rule_has_words_for_all_it_says() -> None:
    for book in books.all_books().values():
        for rule in book.rules:
            assert rule_words.KINDS[rule.kind]
            assert all(label and words for label, words in rule_words.facts(rule)), rule.id


# ---------- compared ----------


def test_two_texts_are_compared_line_by_line(staff_client: Client, kept: dict[str, RulebookText]) -> None:
    old = earlier(kept["careful"])
    link = reverse("admin:notifications_rulebooktext_compare", args=[kept["careful"].pk]) + f"?with={old.pk}"
    assert link in staff_client.get(page(kept["careful"])).content.decode()
    shown = staff_client.get(link).content.decode()
    assert "Lines added: 1. Lines removed: 1." in shown
    assert "20:00" in shown.split("<del>")[1].split("</del>")[0]
    assert "21:00" in shown.split("<ins>")[1].split("</ins>")[0]
    assert "careful.daily" not in shown  # far from the change


def test_only_texts_of_one_book_are_compared(staff_client: Client, kept: dict[str, RulebookText]) -> None:
    address = reverse("admin:notifications_rulebooktext_compare", args=[kept["us"].pk])
    for other in ("", "?with=", "?with=x", f"?with={kept['de'].pk}", f"?with={kept['us'].pk}"):
        assert staff_client.get(address + other).status_code == 404


# ---------- who, and at what cost ----------


def test_the_pages_are_for_who_may_look_at_rulebooks(kept: dict[str, RulebookText]) -> None:
    clerk = factories.make_staff(is_superuser=False)
    client = Client()
    client.force_login(clerk)
    old = earlier(kept["us"])
    compare = reverse("admin:notifications_rulebooktext_compare", args=[kept["us"].pk]) + f"?with={old.pk}"
    pages = [LIST, page(kept["us"]), compare]
    assert [client.get(each).status_code for each in pages] == [403, 403, 403]
    clerk.user_permissions.add(Permission.objects.get(codename="view_rulebooktext"))
    assert [client.get(each).status_code for each in pages] == [200, 200, 200]


def test_more_versions_cost_no_more_queries(staff_client: Client, kept: dict[str, RulebookText]) -> None:
    def queries() -> list[int]:
        counts = []
        for each in (LIST, page(kept["us"])):
            staff_client.get(each)  # the first visit reads what stays in memory
            with CaptureQueriesContext(connection) as captured:
                assert staff_client.get(each).status_code == 200
            counts.append(len(captured))
        return counts

    earlier(kept["us"])
    few = queries()
    for number in range(30):
        earlier(kept["us"], words=f"{kept['us'].text}# {number}")
    assert queries() == few
