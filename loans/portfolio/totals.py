"""What a portfolio adds up to, counted while its lines stream by: the figures the lender can check."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from loans.annuity import annuity_instalment
from loans.currency import unit
from loans.portfolio.reading import Row
from loans.rounding import Rounding
from loans.schedule import MonthlyLoan, balance_after

TWO_CENTS = Decimal("0.02")


class LoanTotals:
    """The figures of a set of instalment loans."""

    def __init__(self) -> None:
        self.borrowers = 0
        self.loans = 0
        self.sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.status: Counter[str] = Counter()
        self.band: Counter[str] = Counter()
        self.exceptions: list[str] = []
        self.counts: Counter[str] = Counter()

    def borrower(self, row: Row) -> None:
        self.borrowers += 1

    def loan(self, row: Row) -> None:
        self.loans += 1
        for name in ("principal", "instalment_amount", "reported_balance"):
            self.sums[name] += row[name] or 0
        self.status[row["status"]] += 1
        self.band[row["days_past_due_band"]] += 1
        self._check_instalment(row)
        if row.get("whole_instalments_paid") is not None and row["reported_balance"] is not None:
            self._replay(row)

    def _check_instalment(self, row: Row) -> None:
        least = unit(row["currency"])
        exact = annuity_instalment(
            row["principal"],
            row["annual_rate_pct"] / 1200,
            row["instalments"],
            unit=least,
            rounding=Rounding.UP,
        )
        if exact == row["instalment_amount"]:
            self.counts["exact"] += 1
        else:
            self.exceptions.append(row["loan_id"])

    def _replay(self, row: Row) -> None:
        """Does paying so many instalments lead to the balance that the lender reports?"""
        self.counts["with_whole"] += 1
        paid, reported = row["whole_instalments_paid"], row["reported_balance"]
        loan = MonthlyLoan(
            principal=row["principal"],
            annual_rate_pct=row["annual_rate_pct"],
            instalments=row["instalments"],
            instalment=row["instalment_amount"],
            unit=unit(row["currency"]),
        )
        self.counts["unrounded"] += balance_after(loan, paid, interest=Rounding.NONE) == reported
        self.counts["near"] += abs(balance_after(loan, paid) - reported) <= TWO_CENTS

    def summary(self) -> dict[str, Any]:
        return {
            "borrowers": self.borrowers,
            "loans": self.loans,
            **{name: str(total) for name, total in self.sums.items()},
            "by_status": dict(sorted(self.status.items())),
            "by_days_past_due_band": dict(sorted(self.band.items())),
            "instalment_is_exact_annuity_rounded_up_to_the_cent": self.counts["exact"],
            "exceptions": self.exceptions,
            "loans_with_whole_instalments_paid": self.counts["with_whole"],
            "balance_after_them_equals_reported_unrounded_interest": self.counts["unrounded"],
            "balance_within_2_cents_interest_rounded_each_month": self.counts["near"],
        }


class CardTotals:
    """The figures of a set of card accounts."""

    def __init__(self) -> None:
        self.accounts = 0
        self.limit = Decimal(0)
        self.bills: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.payments: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.late: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.in_credit: Counter[str] = Counter()
        self.over_limit = 0  # in the last month, counted by the database

    def account(self, row: Row) -> None:
        self.accounts += 1
        self.limit += row["credit_limit"]

    def statement(self, row: Row) -> None:
        month = f"{row['statement_month']:%Y-%m}"
        self.bills[month] += row["bill_amount"]
        self.late[month][str(row["months_past_due"])] += 1
        self.in_credit[month] += row["bill_amount"] < 0

    def payment(self, row: Row) -> None:
        self.payments[f"{row['paid_month']:%Y-%m}"] += row["amount"]

    def summary(self) -> dict[str, Any]:
        last = max(self.bills, default="")
        tag = last.replace("-", "_")
        return {
            "accounts": self.accounts,
            "credit_limit": str(self.limit),
            "bills_by_month": {month: str(total) for month, total in sorted(self.bills.items())},
            "payments_by_month": {month: str(total) for month, total in sorted(self.payments.items())},
            f"accounts_by_months_past_due_{tag}": dict(
                sorted(self.late[last].items(), key=lambda one: int(one[0]))
            ),
            f"accounts_with_credit_balance_{tag}": self.in_credit[last],
            f"accounts_over_their_limit_{tag}": self.over_limit,
        }
