"""The life of a message's words: who approves them, what is refused, and which version was sent."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from notifications import templates
from notifications.material import approved_words
from notifications.models import MessageTemplate, Step
from tests import factories

State = MessageTemplate.State
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DUE = date(2026, 2, 1)
CALM = "{lender}: {amount} is due on {due_date} (account {account}). {phone} Reply STOP to end."


@pytest.fixture
def author(db):
    return factories.make_staff(name="Author")


@pytest.fixture
def approved(defaults):
    return MessageTemplate.objects.get(code="upcoming", language="en")


@pytest.fixture
def draft(approved, author):
    """A draft without any finding."""
    new = templates.new_version(approved, by=author)
    templates.rewrite(new, {"subject": "Your reminder", "body": new.body, "short": CALM}, by=author)
    new.refresh_from_db()
    return new


def approve(template, by):
    templates.approve(template, read=templates.fingerprint(template), by=by, now=NOW)
    template.refresh_from_db()


def rewritten(template, by, **words):
    before = {name: getattr(template, name) for name in templates.WORDS}
    templates.rewrite(template, {**before, **words}, by=by)
    template.refresh_from_db()
    return template


# ---------- from state to state ----------


def test_a_new_version_begins_with_the_words_and_the_next_number(approved, author):
    new = templates.new_version(approved, by=author)
    assert (new.version, new.state, new.written_by) == (2, State.DRAFT, author)
    assert (new.subject, new.body, new.short) == (approved.subject, approved.body, approved.short)
    assert templates.new_version(new, by=author).version == 3


def test_what_is_approved_is_sent_and_the_version_before_retires(draft, approved, staff):
    assert approved_words()["upcoming", "en"].template_id == approved.pk
    approve(draft, staff)
    assert (draft.state, draft.approved_by, draft.approved_at) == (State.APPROVED, staff, NOW)
    approved.refresh_from_db()
    assert (approved.state, approved.retired_at) == (State.RETIRED, NOW)
    assert approved_words()["upcoming", "en"].short == CALM


def test_a_draft_is_not_sent(draft):
    assert approved_words()["upcoming", "en"].template_id != draft.pk


def test_words_without_a_finding_may_be_approved_by_their_author(draft, author):
    approve(draft, author)
    assert draft.state == State.APPROVED


def test_what_the_lint_forbids_nobody_approves(draft, staff):
    rewritten(draft, staff, short=f"{CALM} You deadbeat.")
    with pytest.raises(templates.Refused) as refused:
        approve(draft, factories.make_staff())
    assert "this insults" in str(refused.value)
    assert [one.practice for one in refused.value.findings] == ["insult"]
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_what_asks_for_a_second_person_its_author_cannot_approve(draft, author, staff):
    rewritten(draft, author, subject="{amount} is due")
    with pytest.raises(templates.Refused, match="Somebody other than the author"):
        approve(draft, author)
    approve(draft, staff)
    assert draft.state == State.APPROVED


def test_what_has_changed_since_it_was_read_is_not_approved(draft, author, staff):
    read = templates.fingerprint(draft)
    rewritten(draft, author, subject="Other words")
    with pytest.raises(templates.Refused, match="changed since you read them"):
        templates.approve(draft, read=read, by=staff, now=NOW)


def test_approved_and_retired_words_are_never_changed_nor_approved_anew(draft, approved, staff):
    approve(draft, staff)
    for one in (draft, approved):
        one.refresh_from_db()
        with pytest.raises(templates.Refused):
            rewritten(one, staff, subject="Other words")
        with pytest.raises(templates.Refused):
            approve(one, staff)


def test_what_is_retired_is_sent_no_more(approved):
    templates.retire(approved, now=NOW)
    assert ("upcoming", "en") not in approved_words()
    with pytest.raises(templates.Refused, match="retired already"):
        templates.retire(approved, now=NOW)


@pytest.mark.parametrize(
    "fields",
    [
        {"version": 2, "state": "approved", "approved_at": NOW},  # a second approved one
        {"version": 1},  # a number twice
        {"version": 2, "state": "approved"},  # approved on no day
        {"version": 2, "state": "retired"},
        {"version": 2, "approved_at": NOW},  # a draft that was approved
    ],
)
def test_the_database_refuses_states_that_cannot_be(approved, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageTemplate.objects.create(
            code="upcoming", language="en", subject="x", body="x", short="x", **fields
        )


def test_the_defaults_leave_the_lenders_own_words_alone(draft, staff):
    approve(draft, staff)
    count = MessageTemplate.objects.count()
    call_command("load_defaults")
    assert MessageTemplate.objects.count() == count
    assert approved_words()["upcoming", "en"].short == CALM


def test_what_is_found_says_whether_it_refuses_or_asks_a_second_person(draft, author):
    rewritten(draft, author, subject="{amount} is due", short=f"{CALM} You deadbeat.")
    first, second = templates.told(templates.findings(draft, today=NOW.date()))
    assert first == "Short text, “deadbeat”: this insults. Write as you would to a guest."
    assert second.endswith("Somebody other than the author decides.")


def test_words_of_the_lenders_own_are_judged_by_the_steps_that_use_them(defaults, author):
    short = "{lender}: thank you. {phone}"
    words = {"subject": "Thank you", "body": "{lender} {phone} {link}", "short": short}
    mine = templates.write(words, code="gentle", language="en", by=author)
    assert templates.told(templates.findings(mine, today=NOW.date())) == [
        "Short text: how to end these messages is missing. Say it in plain words."
    ]
    Step.objects.filter(offset_days=3).update(category="receipt", template_code="gentle")
    assert templates.findings(mine, today=NOW.date()) == ()


# ---------- what the law of the place demands ----------


def test_a_demand_of_a_law_counts_where_borrowers_live(defaults, author, staff):
    overdue = MessageTemplate.objects.get(code="overdue", language="en")
    new = templates.new_version(overdue, by=author)
    rewritten(
        new, author, subject="A bill", body="{lender} {phone} {link}", short="{lender} {phone} Reply STOP"
    )
    assert templates.findings(new, today=NOW.date()) == ()
    factories.make_borrower(country="NG", region="", time_zone="Africa/Lagos")
    found = templates.findings(new, today=NOW.date())
    assert {(one.practice, one.level) for one in found} == {("required.amount", "block")}
    with pytest.raises(templates.Refused, match="the amount is missing"):
        approve(new, staff)


def test_a_discreet_text_is_not_asked_for_the_facts_it_must_not_name(defaults, author):
    factories.make_borrower(country="NG", region="", time_zone="Africa/Lagos")
    discreet = MessageTemplate.objects.get(code="discreet", language="en")
    assert templates.findings(discreet, today=NOW.date()) == ()
    rewritten_one = rewritten(
        templates.new_version(discreet, by=author), author, body="{lender} {phone} {link} {amount}"
    )
    assert "discreet" in {one.practice for one in templates.findings(rewritten_one, today=NOW.date())}


# ---------- staff pages ----------


def page(name, *arguments):
    return reverse(f"admin:notifications_messagetemplate_{name}", args=arguments)


def test_the_list_says_state_and_version(staff_client, draft):
    html = staff_client.get(page("changelist")).content.decode()
    assert "draft" in html
    assert "approved" in html


def test_staff_write_a_draft_with_the_next_number(staff_client, approved):
    form = {"code": "upcoming", "language": "en", "subject": "s", "body": "b", "short": "t"}
    assert staff_client.post(page("add"), form).status_code == 302
    new = MessageTemplate.objects.get(code="upcoming", language="en", version=2)
    assert (new.state, new.subject, new.written_by.name) == (State.DRAFT, "s", "Staff")


def test_a_draft_shows_what_stands_against_it_and_what_has_changed(staff_client, draft, author):
    rewritten(draft, author, short=f"{CALM} You deadbeat.")
    html = staff_client.get(page("change", draft.pk)).content.decode()
    assert "“deadbeat”: this insults." in html
    assert "<del>{amount} due on {due_date}</del><ins>Your reminder</ins>" in html


def test_a_draft_is_edited_and_what_is_approved_is_not(staff_client, draft, approved):
    words = {"subject": "Other", "body": draft.body, "short": draft.short}
    assert staff_client.post(page("change", draft.pk), words).status_code == 302
    draft.refresh_from_db()
    assert draft.subject == "Other"
    assert staff_client.post(page("change", approved.pk), words).status_code == 403
    assert "<textarea" not in staff_client.get(page("change", approved.pk)).content.decode()


def test_staff_approve_on_a_page_that_shows_the_words(staff_client, draft):
    shown = staff_client.get(page("approve", draft.pk))
    assert "Reply STOP to end." in shown.content.decode()
    form = {"read": shown.context["form"].initial["read"]}
    assert staff_client.post(page("approve", draft.pk), form).status_code == 302
    draft.refresh_from_db()
    assert draft.state == State.APPROVED


def test_a_refused_approval_says_why(staff_client, draft, author):
    rewritten(draft, author, short=f"{CALM} You deadbeat.")
    form = {"read": templates.fingerprint(draft)}
    html = staff_client.post(page("approve", draft.pk), form).content.decode()
    assert "cannot be approved as they are" in html
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_staff_begin_a_new_version_and_retire_an_old_one(staff_client, approved):
    assert staff_client.get(page("new_version", approved.pk)).status_code == 200
    answer = staff_client.post(page("new_version", approved.pk))
    new = MessageTemplate.objects.get(version=2)
    assert answer.url == page("change", new.pk)
    assert staff_client.get(page("retire", approved.pk)).status_code == 200
    assert staff_client.post(page("retire", approved.pk)).status_code == 302
    approved.refresh_from_db()
    assert approved.state == State.RETIRED


def test_staff_without_the_right_can_neither_approve_nor_retire(client, draft):
    client.force_login(factories.make_staff(is_superuser=False))
    for name in ("approve", "retire", "new_version"):
        assert client.post(page(name, draft.pk)).status_code == 403


# ---------- there and back ----------


@pytest.mark.django_db(transaction=True)
def test_the_way_back_keeps_what_is_sent_and_the_way_there_makes_it_version_1(defaults, staff):
    first = MessageTemplate.objects.get(code="due", language="en")
    second = templates.new_version(first, by=staff)
    rewritten(second, staff, subject="Your reminder", short=CALM)
    approve(second, staff)
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes("notifications")
    try:
        executor.migrate([("notifications", "0003_holds_and_contacts")])
        old = executor.loader.project_state([("notifications", "0003_holds_and_contacts")]).apps
        kept = old.get_model("notifications", "MessageTemplate").objects.get(code="due", language="en")
        assert (kept.subject, kept.approved_at) == ("Your reminder", NOW)
    finally:
        MigrationExecutor(connection).migrate(newest)
    again = MessageTemplate.objects.get(code="due", language="en")
    assert (again.version, again.state, again.short) == (1, State.APPROVED, CALM)
