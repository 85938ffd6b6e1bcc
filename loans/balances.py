"""Read what a borrower owes: three queries, whatever the number of accounts.

The lender's books speak first. Where they report a balance, the portal shows it less the payments booked since; a
payment lowers it by all but its part of interest, because the balance is principal. Where they do not, a loan's sum
starts from the contract's principal, and a card owes what its open statement demands.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Min, Q, QuerySet, Sum, Value, When

from accounts.models import Borrower
from loans import figures
from loans.figures import ZERO, AccountView, NextBill, Overdue, Overview
from loans.models import Bill, CreditAccount, Payment


def overview(borrower: Borrower, *, today: date) -> Overview:
    """Everything this person owes. today: their own calendar day."""
    return figures.of_borrower(_views(CreditAccount.objects.filter(borrower=borrower), today))


def account_view(account: CreditAccount, *, today: date) -> AccountView:
    """One account. today: its borrower's own calendar day."""
    [view] = _views(CreditAccount.objects.filter(pk=account.pk), today)
    return view


def most_to_pay(view: AccountView) -> Decimal:
    """All that is owed on the account: the balance, or what its open bills ask where that is more."""
    asked = view.account.bills.filter(closed_at=None).aggregate(all=Sum(F("amount") - F("paid")))["all"]
    return max(view.balance, asked or Decimal(0), Decimal(0))


def view_among(accounts: QuerySet[CreditAccount], *, today: date) -> AccountView | None:
    """The one account that this finds, if it does. today: its borrower's own calendar day."""
    return next(iter(_views(accounts, today)), None)


def _views(accounts: QuerySet[CreditAccount], today: date) -> list[AccountView]:
    unpaid = F("bills__amount") - F("bills__paid")
    is_open = Q(bills__closed_at=None)
    is_late = is_open & Q(bills__due_on__lt=today)  # all of the due day is in time
    rows = list(
        accounts.annotate(
            demanded=Sum(unpaid, filter=is_open, default=ZERO),
            late_amount=Sum(unpaid, filter=is_late, default=ZERO),
            late_bills=Count("bills", filter=is_late),
            late_since=Min("bills__due_on", filter=is_late),
        )
    )
    keys = [row.pk for row in rows]
    next_bills, repaid = _next_bills(keys, today), _repaid(keys)
    return [_view(row, next_bills.get(row.pk), repaid[row.pk]) for row in rows]


def _view(row: Any, next_bill: NextBill | None, repaid: Decimal) -> AccountView:
    """row: an account with the sums of `_views`. repaid: by payments that the starting figure does not hold."""
    balance = _balance(row, repaid)
    late = Overdue(
        amount=row.late_amount, bills=row.late_bills, since=row.late_since, months=row.months_past_due
    )
    return AccountView(
        account=row,
        balance=balance,
        as_of=row.reported_at,
        next_bill=next_bill,
        overdue=late,
        paid_share=figures.share((row.principal or ZERO) - balance, row.principal),
        used_share=figures.share(balance, row.credit_limit),
    )


def _balance(row: Any, repaid: Decimal) -> Decimal:
    if row.status == CreditAccount.Status.CLOSED and row.principal is not None:
        # A loan that is paid off: what its bills to come would have asked fell away. What the lender owes, it reports.
        return min(row.reported_balance or ZERO, ZERO)
    if row.reported_balance is not None:
        return row.reported_balance - repaid  # type: ignore[no-any-return]
    if row.principal is not None:
        return row.principal - repaid  # type: ignore[no-any-return]
    return row.demanded  # type: ignore[no-any-return]


def _next_bills(accounts: Iterable[int], today: date) -> dict[int, NextBill]:
    bills = (
        Bill.objects.filter(account__in=accounts, closed_at=None, due_on__gte=today)
        .order_by("account", "due_on", "number")
        .distinct("account")
    )
    return {
        bill.account_id: NextBill(
            number=bill.number, due_on=bill.due_on, amount=bill.outstanding, days=(bill.due_on - today).days
        )
        for bill in bills
    }


# What the starting figure does not hold: booked after the lender's report, or, without a report, everything.
_UNREPORTED = Q(account__reported_balance=None)
_NONE = Value(None, output_field=DecimalField())


def _repaid(accounts: list[int]) -> defaultdict[int, Decimal]:
    """What the payments since repaid of each account: all but their part of interest. One query for both."""
    sums: defaultdict[int, Decimal] = defaultdict(Decimal)
    for account, since, paid, interest in _received(accounts).union(_for_interest(accounts), all=True):
        if paid is None:
            sums[account] += since
        else:
            sums[account] -= figures.interest_paid(paid=paid, since=since, interest=interest)
    return sums


def _received(accounts: list[int]) -> "QuerySet[Payment, Any]":
    """Account and what came in since, less the principal of what the report still holds and was taken back since."""
    since = Q(created_at__gt=F("account__reported_at"))
    came = Q(reversed_at=None) & (_UNREPORTED | since)
    went = Q(reversed_at__gt=F("account__reported_at"), created_at__lte=F("account__reported_at"))
    change = Case(When(reversed_at=None, then=F("amount")), default=-F("reversal__principal"))
    payments = Payment.everything.filter(came | went, account__in=accounts).order_by().values("account")
    sums = payments.annotate(change=Sum(change), paid=_NONE, interest=_NONE)
    return sums.values_list("account", "change", "paid", "interest")


def _for_interest(accounts: list[int]) -> "QuerySet[Bill, Any]":
    """Account, what came in since for one of its bills, and what is paid of it and of how much interest."""
    since = _UNREPORTED | Q(allocations__payment__created_at__gt=F("account__reported_at"))
    bills = Bill.objects.filter(since, account__in=accounts, interest__gt=0, paid__gt=0).order_by()
    change = Sum("allocations__amount", default=ZERO)
    return bills.annotate(change=change).values_list("account", "change", "paid", "interest")
