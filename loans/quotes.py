"""What settles a loan on a day, from the lender's rows: the balance the page shows, with what runs up until then.

The balance is the lender's principal. Interest already demanded stands in the bills; what has run up since the last
due day is computed by the account's own convention (`contract.rule`) on the principal really outstanding each day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loans import contract, figures, payoff
from loans.contract import CannotTell, Reason
from loans.due_dates import add_months
from loans.figures import AccountView
from loans.models import Allocation, Bill, CreditAccount
from loans.recalculation import Course
from loans.replay import Payment
from loans.terms import Terms

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What settles the loan if it arrives on `on` and nothing else is paid before. Amounts in its currency."""

    on: date  # valid until the end of this day
    principal: Decimal
    interest: Decimal
    fees: Decimal  # demanded with the bills due by then, and not paid
    tomorrow: Decimal  # what settles it if it arrives a day later

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest + self.fees


def ask(view: AccountView, bills: Sequence[Bill], *, on: date, today: date) -> Settlement:
    """The quote for a day, with what was paid lately read from the books. CannotTell: see `settlement`."""
    _check(view)
    start = last_due_day(view.account, bills, today)
    return settlement(view, bills, principal_repaid(view.account, after=start), on=on, today=today)


def settlement(
    view: AccountView, bills: Sequence[Bill], repaid: Iterable[Payment], *, on: date, today: date
) -> Settlement:
    """The quote for a day from today on. bills: all, in order. repaid: see `principal_repaid`.

    1,000.00 left at 12 % of which 10 days of a month of 30 have passed: 3.33 interest, so 1,003.33.
    CannotTell: a card, nothing left, or the lender's rows do not say enough.
    """
    _check(view)
    course = _since_last_due_day(view, bills, tuple(repaid), today)
    quoted = payoff.quote(course, on)
    due, ahead = _interest_due(bills, today), _interest_ahead(bills, today)
    interest = due + max(quoted.interest - ahead, ZERO)
    fees = sum((fee_left(bill) for bill in bills if bill.due_on <= on), ZERO)
    next_interest = due + max(quoted.tomorrow - quoted.principal - ahead, ZERO)
    next_fees = sum((fee_left(bill) for bill in bills if bill.due_on <= on + payoff.ONE_DAY), ZERO)
    return Settlement(
        on=on,
        principal=quoted.principal,
        interest=interest,
        fees=fees,
        tomorrow=quoted.principal + next_interest + next_fees,
    )


def _check(view: AccountView) -> None:
    if view.balance <= 0:
        raise CannotTell(Reason.NOTHING_LEFT)
    if view.account.product != CreditAccount.Product.INSTALMENT_LOAN:
        raise CannotTell(Reason.CARD)


def last_due_day(account: CreditAccount, bills: Iterable[Bill], today: date) -> date:
    """From when interest is not in a bill that is due. CannotTell: the loan's first day is not known."""
    passed = [bill.due_on for bill in bills if bill.due_on <= today]
    start = max(passed) if passed else account.opened_on
    if start is None or start > today:
        raise CannotTell(Reason.NO_START)
    return start


def principal_repaid(account: CreditAccount, *, after: date) -> list[Payment]:
    """The principal that payments received after a day repaid, by day. One query.

    Of each bill interest is paid before principal, as everywhere in the portal.
    """
    parts = list(
        Allocation.objects.filter(bill__account=account, payment__received_on__gt=after)
        .order_by("payment__received_on", "payment_id")
        .values_list("bill", "payment__received_on", "amount", "bill__paid", "bill__interest")
    )
    since: defaultdict[int, Decimal] = defaultdict(Decimal)
    for bill, _day, amount, _paid, _interest in parts:
        since[bill] += amount
    repaid = []
    for bill, day, amount, paid, interest in parts:
        reached = paid - since[bill] + amount  # of the bill, with this part and those before it
        since[bill] -= amount
        principal = amount - figures.interest_paid(paid=reached, since=amount, interest=interest or ZERO)
        if principal:
            repaid.append(Payment(day, principal))
    return repaid


def interest_left(bill: Bill) -> Decimal:
    """Of an open bill's interest, what is not paid."""
    return max((bill.interest or ZERO) - bill.paid, ZERO) if bill.closed_at is None else ZERO


def principal_left(bill: Bill) -> Decimal:
    """Of an open bill, the principal not paid; of one without parts, all that is left. Interest is paid first."""
    if bill.principal is None:
        return bill.outstanding
    repaid = max(bill.paid - (bill.interest or ZERO), ZERO)
    return max(bill.principal - repaid, ZERO)


def fee_left(bill: Bill) -> Decimal:
    """Of an open bill, what is neither principal nor interest and not paid. It is paid last."""
    if bill.closed_at is not None or bill.principal is None or bill.interest is None:
        return ZERO
    return min(max(bill.amount - bill.principal - bill.interest, ZERO), bill.outstanding)


def _interest_due(bills: Iterable[Bill], today: date) -> Decimal:
    return sum((interest_left(bill) for bill in bills if bill.due_on <= today), ZERO)


def _interest_ahead(bills: Iterable[Bill], today: date) -> Decimal:
    """Interest of bills to come that is paid already."""
    return sum((min(bill.paid, bill.interest or ZERO) for bill in bills if bill.due_on > today), ZERO)


def _since_last_due_day(
    view: AccountView, bills: Sequence[Bill], repaid: tuple[Payment, ...], today: date
) -> Course:
    """The loan from there on, its payments on their days; what the lender booked a zone ahead came today."""
    found = contract.rule(view.account, bills, today=today)
    start = last_due_day(view.account, bills, today)
    due_on = [bill.due_on for bill in bills if bill.due_on > today]
    last = due_on[-1] if due_on else start
    due_on += [
        add_months(last, 1),
        add_months(last, 2),
    ]  # what is unpaid after the last bill bears interest on
    terms = Terms(
        principal=view.balance + sum((payment.amount for payment in repaid), ZERO),
        annual_rate_pct=found.annual_rate_pct,
        instalments=len(due_on),
        day_count=found.day_count,
        disbursed_on=start,
        due_on=tuple(due_on),
        conventions=found.conventions,
    )
    events = [Payment(min(payment.on, today), payment.amount) for payment in repaid]
    return Course(terms=terms, events=events, as_of=today)
