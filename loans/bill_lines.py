"""Bills as their owner reads them: what is left of each, and where it stands. Pure sums over loaded rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from loans.models import Bill


class BillState(TextChoices):
    OVERDUE = "overdue", _("past its due date")
    TO_PAY = "to_pay", _("to pay")
    PAID = "paid", _("paid")
    NOTHING_DUE = "nothing_due", _("nothing to pay")
    SETTLED = "settled", _("fell away when the loan was paid off")
    CARRIED_OVER = "carried_over", _("carried over to the next bill")

    @property
    def asks_for_money(self) -> bool:
        return self in (BillState.OVERDUE, BillState.TO_PAY)


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """One bill on one day. Amounts in the account's currency."""

    number: int
    due_on: date
    amount: Decimal
    paid: Decimal
    left: Decimal  # still asked for on this bill; what a newer statement took over is asked for there
    state: BillState


def of(bills: Iterable[Bill], *, today: date) -> tuple[BillLine, ...]:
    """The lines in the order of the bills. today: the borrower's calendar day; its bills are still in time."""
    return tuple(_line(bill, today) for bill in bills)


def _line(bill: Bill, today: date) -> BillLine:
    return BillLine(
        number=bill.number,
        due_on=bill.due_on,
        amount=bill.amount,
        paid=bill.paid,
        left=Decimal(0) if bill.closed_at else bill.outstanding,
        state=_state(bill, today),
    )


def _state(bill: Bill, today: date) -> BillState:
    if not bill.amount:
        return BillState.NOTHING_DUE
    if not bill.outstanding:
        return BillState.PAID
    if bill.closed_at:
        return BillState.SETTLED if bill.statement_balance is None else BillState.CARRIED_OVER
    return BillState.OVERDUE if bill.due_on < today else BillState.TO_PAY
