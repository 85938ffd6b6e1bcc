"""The main job from end to end, on a phone and a desktop, with and without script.

Claim, sign-in, overview, preferences; the reminder arrives on the phone, is answered, and the inbox says why it came;
stop; staff book what was paid; silence.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts import claiming
from accounts.models import Borrower, ContactPoint
from loans.models import CreditAccount
from notifications import engine
from notifications.models import Reminder
from notifications.words import ReminderState
from tests import factories
from tests.browser import pictures
from tests.browser.visiting import DESKTOP, PHONE, Visitor, flaws, overflow, unfold
from tests.letters import wait_until_all_have_left
from tests.sandbox import Sandbox
from tests.waiting import until

EMAIL, NUMBER = "zhang.wei@example.com", "+12125550123"
STAFF = "staff@example.com"
# In New York, where the borrower lives; the bill is due on Sunday, 1 February.
MONDAY_TEN = datetime(2026, 1, 26, 15, tzinfo=UTC)
THURSDAY_TEN = datetime(2026, 1, 29, 15, tzinfo=UTC)  # three days before
SUNDAY_THREE = datetime(2026, 2, 1, 8, tzinfo=UTC)  # the day itself, before anybody may be written to
LATER = [datetime(2026, 2, day, 15, tzinfo=UTC) for day in (1, 4, 8)]  # the steps that are left, by day


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_TEN) as clock:
        yield clock


@pytest.fixture
def loan(clock: time_machine.Traveller, reminders: None) -> CreditAccount:
    """100 USD due on 1 February, of a person without a login who has been invited by e-mail."""
    person = factories.make_borrower(name="Zhang Wei")
    point = factories.make_contact_point(person, kind=ContactPoint.Kind.EMAIL, value=EMAIL, verified_at=None)
    factories.make_contact_point(person, value=NUMBER)
    loan = factories.make_loan(person, reference="L-77-93X4")
    factories.make_bill(loan)
    claiming.send(claiming.invite(person, sent_to=point, by=None, now=timezone.now()))
    return loan


@dataclass
class Walk:
    """A person's way through the portal. Each page is inspected as it is reached."""

    page: Page
    script: bool
    name: str  # of its pictures
    seen: set[tuple[str, str]] = field(default_factory=set)
    steps: int = 0

    def go(self, path: str) -> None:
        origin = re.sub(r"(?<=\d)/.*", "", self.page.url)
        self.page.goto(origin + path)
        self.look()

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.look()

    def look(self) -> None:
        self.page.wait_for_load_state()
        what = (self.page.url, self.page.locator("main").inner_text())
        if what in self.seen:
            return
        self.seen.add(what)
        if self.script:  # the inspector is a script itself
            assert flaws(self.page) == [], self.page.url
        assert overflow(self.page) == 0, self.page.url

    def reached(self, step: str) -> None:
        """A picture of where the journey has come."""
        self.steps += 1
        pictures.keep(self.page, f"journey {self.name} {self.steps:02} {step}")

    def latest_mail(self) -> Locator:
        """The newest mail in the person's mailbox; it leaves a moment after the page that sends it."""
        wait_until_all_have_left()
        self.go(f"/sandbox/mail/{EMAIL}/")
        return self.page.get_by_role("article").first

    def wait_for_text(self, words: str) -> None:
        """The phone's page looks for new texts by itself; without script one loads it again."""
        if not self.script:
            until(lambda: self.page.reload() and self.page.get_by_text(words).count(), words)
        expect(self.page.get_by_text(words)).to_be_visible()


def run_engine(now: datetime) -> int:
    """Everything due at `now`, in a thread of its own: the browser's own loop runs in this one. Returns the calls."""

    def work() -> int:
        try:
            return engine.run(clock=lambda: now, until=lambda: False)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(work).result()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_borrower_is_reminded_as_they_chose_until_they_say_stop(
    visitor: Visitor,
    loan: CreditAccount,
    phone: Sandbox,
    clock: time_machine.Traveller,
    width: int,
    script: bool,
    request: pytest.FixtureRequest,
) -> None:
    page = visitor.open(f"/sandbox/mail/{EMAIL}/", width=width, script=script)
    walk = Walk(page, script, name=request.node.callspec.id)
    claim(walk)
    sign_in_again(walk)
    expect(page.get_by_text("Sunday, February 1").first).to_be_visible()
    walk.reached("overview")
    choose_fewer_days(walk)

    assert run_engine(MONDAY_TEN) == 1
    answer_with_a_question(walk)
    office = open_office(visitor)
    answer_the_question(office)
    read_the_answer(walk)
    read_why(walk)

    answer_stop(walk)
    clock.move_to(THURSDAY_TEN)
    come_back(walk)
    see_that_reminders_are_stopped(walk)
    assert run_engine(THURSDAY_TEN) == 0

    # A stop is silent by itself: that a payment is too shows only where reminders are on.
    walk.go("/reminders/")
    walk.click("button", "Start reminders again")
    expect(coming(walk)).to_contain_text("Sunday, February 1")
    walk.reached("reminders on again")
    clock.move_to(SUNDAY_THREE)
    assert run_engine(SUNDAY_THREE) == 0
    assert Reminder.objects.filter(state=ReminderState.PLANNED).count() == 1
    record_payment(office, loan)
    assert not Reminder.objects.filter(state=ReminderState.PLANNED).exists()
    come_back(walk)
    walk.go("/reminders/")
    expect(page.get_by_text("No reminder is planned.")).to_be_visible()

    before = phone.texts(NUMBER)
    assert [run_engine(day) for day in LATER] == [0, 0, 0]
    assert phone.texts(NUMBER) == before
    open_phone(walk)
    walk.reached("silence")
    assert visitor.complaints == []


def claim(walk: Walk) -> None:
    walk.latest_mail().get_by_role("link").first.click()
    walk.look()
    walk.reached("claim")
    walk.page.get_by_label("Last 4 characters").fill("93x4")
    walk.click("button", "Continue")
    walk.click("button", "Send me a code")  # to the address of the invitation, which is chosen already
    page = walk.page.url
    code = find_code(walk)
    walk.page.goto(page)
    walk.page.get_by_label("Code").fill(code)
    walk.click("button", "Continue")
    walk.click("link", "Continue without a password")
    expect(walk.page.get_by_text("You owe in total")).to_be_visible()
    assert Borrower.objects.get().user is not None


def sign_in_again(walk: Walk) -> None:
    walk.click("button", "Sign out")
    walk.click("link", "Sign in")
    sign_in(walk)


def come_back(walk: Walk) -> None:
    """Days later the sign-in is over, and the page says so."""
    walk.go("/overview/")
    expect(walk.page.get_by_text("A sign-in lasts some hours")).to_be_visible()
    sign_in(walk)


def sign_in(walk: Walk) -> None:
    walk.page.get_by_label("E-mail address or phone number").fill(EMAIL)
    walk.click("button", "Send me a code")
    page = walk.page.url
    code = find_code(walk)
    walk.page.goto(page)
    walk.reached("sign-in")
    walk.page.get_by_label("Code").fill(code)
    walk.click("button", "Sign in")
    expect(walk.page.get_by_text("You owe in total")).to_be_visible()


def find_code(walk: Walk) -> str:
    found = re.search(r"\b\d{6}\b", walk.latest_mail().inner_text())
    assert found
    return found[0]


def coming(walk: Walk) -> Locator:
    return walk.page.locator("#plan ol").first


def choose_fewer_days(walk: Walk) -> None:
    """What the choice brings stands on the same page: with script at once, without it after saving."""
    walk.go("/reminders/")
    expect(coming(walk)).to_contain_text("Saturday, January 31")
    unfold(walk.page, "When")
    walk.page.get_by_label("1 day before", exact=True).uncheck()
    if walk.script:
        expect(walk.page.get_by_text("Not saved yet.")).to_be_visible()
    walk.click("button", "Save my choice")
    expect(walk.page.get_by_text("Your choice is saved.")).to_be_visible()
    expect(coming(walk)).not_to_contain_text("Saturday, January 31")
    walk.reached("preferences")


def open_phone(walk: Walk) -> None:
    walk.go("/sandbox/")
    walk.click("link", NUMBER)


def text_back(walk: Walk, words: str) -> None:
    walk.page.get_by_label("Answer").fill(words)
    walk.click("button", "Send")


def answer_with_a_question(walk: Walk) -> None:
    open_phone(walk)
    expect(walk.page.get_by_text("$100.00 is due on")).to_be_visible()
    walk.reached("reminder on the phone")
    text_back(walk, "Can I pay on Friday?")
    walk.wait_for_text("we have your message")
    walk.reached("answer on the phone")


def read_the_answer(walk: Walk) -> None:
    """Read under Contact, it needs no message outside."""
    walk.go("/contact/")
    walk.page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    walk.look()
    expect(walk.page.get_by_text("Friday is fine.")).to_be_visible()
    walk.reached("conversation")


def answer_stop(walk: Walk) -> None:
    open_phone(walk)
    text_back(walk, "stop")
    walk.wait_for_text("you will get no more reminders")
    walk.reached("stop on the phone")


def see_that_reminders_are_stopped(walk: Walk) -> None:
    walk.go("/reminders/")
    expect(walk.page.get_by_role("heading", name="Reminders are stopped")).to_be_visible()
    expect(walk.page.get_by_text("No reminder is planned.")).to_be_visible()
    walk.reached("stopped")


def read_why(walk: Walk) -> None:
    walk.go("/inbox/")
    walk.click("link", "$100.00 due on")
    expect(walk.page.get_by_text("You chose a reminder 7 days before a bill is due.")).to_be_visible()
    walk.reached("inbox says why")


def open_office(visitor: Visitor) -> Page:
    """Staff sign in, in a browser of their own."""
    factories.make_staff(email=STAFF)
    page = visitor.open("/admin/", width=DESKTOP)
    sign_in_to_office(page)
    return page


def sign_in_to_office(office: Page) -> None:
    office.get_by_role("link", name="Sign in with a password instead").click()
    office.get_by_label("E-mail address or phone number").fill(STAFF)
    office.get_by_label("Password").fill(factories.PASSWORD)
    office.get_by_role("button", name="Sign in").click()


def answer_the_question(office: Page) -> None:
    office.get_by_role("link", name="Conversations").first.click()
    office.locator("#result_list").get_by_role("link").first.click()
    office.get_by_role("link", name="Answer", exact=True).click()
    expect(office.get_by_text("Can I pay on Friday?")).to_be_visible()
    office.get_by_label("Answer:").fill("Friday is fine.")
    office.get_by_role("button", name="Send the answer").click()
    expect(office.get_by_text("The answer is sent.")).to_be_visible()


def record_payment(office: Page, loan: CreditAccount) -> None:
    """Days later, so they sign in anew."""
    office.reload()
    sign_in_to_office(office)
    office.get_by_role("link", name="Credit accounts").first.click()
    office.get_by_role("link", name=loan.reference).click()
    office.get_by_role("link", name="Record a payment").click()
    office.get_by_label("Amount").fill("100")
    office.get_by_role("button", name="Record the payment").click()
    expect(office.get_by_text("Reminders of what is paid have fallen away")).to_be_visible()
    loan.refresh_from_db()
    assert loan.bills.get().paid == Decimal(100)
