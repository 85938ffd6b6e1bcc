"""What Fineract's answers mean in our books. Pure: an answer that cannot be understood is a ValueError that says why.

Source: Fineract's API documentation (legacy-docs/apiLive.htm) and its classes LoanStatusEnumData, LoanTransactionData,
LoanTransactionEnumData, LoanSummaryData and LoanSchedulePeriodData, whose fields the JSON has. Days come as
[year, month, day], amounts as JSON numbers (read as Decimal, never as floats).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounts import email_addresses, phones
from loans.api.schemas import AccountIn, BillIn, BorrowerIn, PaymentIn

Answer = Mapping[str, Any]
ZERO = Decimal(0)

OPEN, CLOSED, WRITTEN_OFF = "open", "closed", "charged_off"
NOT_LENT = "not lent"  # asked for, approved, withdrawn or rejected: nobody owes anything
STATUSES = {
    100: NOT_LENT,  # submitted and pending approval
    200: NOT_LENT,  # approved
    300: OPEN,  # active
    303: OPEN,  # transfer to another office in progress
    304: OPEN,  # transfer on hold
    400: NOT_LENT,  # withdrawn by the client
    500: NOT_LENT,  # rejected
    600: CLOSED,  # obligations met
    601: WRITTEN_OFF,
    602: CLOSED,  # rescheduled: another loan goes on
    700: CLOSED,  # overpaid: the lender owes
}
# Flags of a transaction's type: what lowers the debt as a payment does, and what gives such money back.
LOWERS = (
    "repayment", "downPayment", "recoveryRepayment", "chargePayment", "merchantIssuedRefund", "payoutRefund",
    "goodwillCredit", "chargeRefund", "chargeAdjustment", "interestRefund", "interestPaymentWaiver",
)  # fmt: skip
GIVES_BACK = ("refund", "refundForActiveLoans", "chargeback")


@dataclass(frozen=True)
class Place:
    """What Fineract does not know of a client: where the lender's people live."""

    country: str  # ISO 3166-1
    region: str  # ISO 3166-2 without the country, or empty
    time_zone: str  # IANA


@dataclass(frozen=True)
class Transaction:
    """Money that lowered the debt. stands: it was not taken back."""

    id: int
    external_id: str
    on: date
    amount: Decimal
    stands: bool
    reversed_on: date | None = None  # of one that does not stand, where Fineract says it


@dataclass(frozen=True)
class Loan:
    """One loan in our rows, with its state in `account.status`; of one not lent, nothing but that is used."""

    account: AccountIn
    bills: tuple[BillIn, ...]
    transactions: tuple[Transaction, ...]  # by day
    outstanding: Decimal | None  # what Fineract says is still to pay of the bills
    notes: tuple[str, ...]  # what the portal cannot express

    @property
    def payments(self) -> Iterable[Transaction]:
        return (each for each in self.transactions if each.stands)


def client(answer: Answer, place: Place) -> tuple[BorrowerIn, list[str]]:
    """A client as a borrower. An address that is none is left out, with a note: it must not hold up the loans."""
    notes = []
    reference = str(_of(answer, "accountNo"))
    phone, email = answer.get("mobileNo") or None, answer.get("emailAddress") or None
    try:
        phone and phones.parse(str(phone), place.country)
    except ValueError:
        notes.append(f"client {reference}: mobileNo is no phone number; it is left out")
        phone = None
    try:
        email and email_addresses.parse(str(email))
    except ValueError:
        notes.append(f"client {reference}: emailAddress is no e-mail address; it is left out")
        email = None
    row = BorrowerIn(
        reference=reference,
        name=str(_of(answer, "displayName")),
        country=place.country,
        region=place.region,
        time_zone=place.time_zone,
        phone=phone and str(phone),
        email=email and str(email),
    )
    return row, notes


def state(answer: Answer) -> str:
    """OPEN, CLOSED, WRITTEN_OFF or NOT_LENT. ValueError: a status nobody knows."""
    number = _of(_of(answer, "status"), "id")
    if number not in STATUSES:
        raise ValueError(f"its status {number} is unknown to the connector")
    return STATUSES[number]


def loan(answer: Answer, borrower: str) -> Loan:
    """A loan with its associations repaymentSchedule and transactions. borrower: its client's reference."""
    status = state(answer)
    reference, summary = str(_of(answer, "accountNo")), answer.get("summary") or {}
    found = [_transaction(each) for each in answer.get("transactions") or [] if _is(each, *LOWERS)]
    charged_off = any(
        _is(each, "chargeoff") and not each.get("manuallyReversed")
        for each in answer.get("transactions") or []
    )
    if charged_off and status == OPEN:
        status = WRITTEN_OFF
    given_back = [
        each for each in answer.get("transactions") or []
        if _is(each, *GIVES_BACK) and not each.get("manuallyReversed")
    ]  # fmt: skip
    account = AccountIn(
        reference=reference,
        borrower=borrower,
        product="instalment_loan",
        currency=str(_of(_of(answer, "currency"), "code")),
        status=CLOSED if status == NOT_LENT else status,
        opened_on=_iso((answer.get("timeline") or {}).get("actualDisbursementDate")),
        principal=_plain(answer.get("principal"), may_be_zero=False),
        annual_rate_pct=_plain(answer.get("annualInterestRate")),
        instalments=answer.get("numberOfRepayments") or None,
        instalment_amount=_plain(answer.get("fixedEmiAmount"), may_be_zero=False),
        reported_balance=_balance(answer, summary, status),
    )
    periods = (answer.get("repaymentSchedule") or {}).get("periods") or []
    return Loan(
        account=account,
        bills=tuple(
            _bill(each, reference, is_written_off=status == WRITTEN_OFF)
            for each in periods
            if each.get("period")
        ),
        transactions=tuple(
            sorted((each for each in found if each.amount), key=lambda each: (each.on, each.id))
        ),
        outstanding=_decimal(summary.get("totalOutstanding")),
        notes=tuple(
            f"loan {reference}: transaction {each['id']} gives money back, which the portal does not book"
            for each in given_back
        ),
    )


def payment(found: Transaction, reference: str, account: AccountIn) -> PaymentIn:
    return PaymentIn(
        reference=reference,
        account=account.reference,
        amount=_plain(found.amount) or "0",
        currency=account.currency,
        received_on=found.on.isoformat(),
    )


def fingerprint(listed: Answer) -> str:
    """SHA-256 of what a list of loans says of one: other figures, another print. Growing overdue is no change."""
    summary = {name: value for name, value in (listed.get("summary") or {}).items() if "verdue" not in name}
    said = [
        listed.get(name) for name in ("status", "clientId", "principal", "annualInterestRate", "timeline")
    ]
    return hashlib.sha256(json.dumps([said, summary], sort_keys=True, default=str).encode()).hexdigest()


def day(value: Any) -> date:
    """[2012, 6, 1], or 2012-06-01 where a server is told to write days so."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else date(*value)
    except (TypeError, ValueError):
        raise ValueError(f"“{str(value)[:30]}” is no day of Fineract's: [year, month, day]") from None


# ---------- parts ----------


def _bill(period: Answer, account: str, *, is_written_off: bool) -> BillIn:
    """An instalment. What was waived is asked of nobody; what was written off still stands in a written-off loan."""
    paid, left = _decimal(period.get("totalPaidForPeriod")), _decimal(period.get("totalOutstandingForPeriod"))
    asked = _decimal(period.get("totalDueForPeriod")) or ZERO
    if is_written_off:
        asked -= _decimal(period.get("totalWaivedForPeriod")) or ZERO
    elif paid is not None and left is not None:
        asked = paid + left
    interest = (_decimal(period.get("interestDue")) or ZERO) - (
        _decimal(period.get("interestWaived")) or ZERO
    )
    return BillIn(
        account=account,
        number=_of(period, "period"),
        due_on=day(_of(period, "dueDate")).isoformat(),
        amount=_plain(asked) or "0",
        principal=_plain(period.get("principalDue")),
        interest=_plain(interest),
        balance_after=_plain(period.get("principalLoanBalanceOutstanding")),
    )


def _transaction(answer: Answer) -> Transaction:
    return Transaction(
        id=_of(answer, "id"),
        external_id=str(answer.get("externalId") or ""),
        on=day(_of(answer, "date")),
        amount=_decimal(_of(answer, "amount")) or ZERO,
        stands=not answer.get("manuallyReversed"),
        reversed_on=day(answer["reversedOnDate"]) if answer.get("reversedOnDate") else None,
    )


def _is(transaction: Answer, *flags: str) -> bool:
    kind = transaction.get("type") or {}
    return any(kind.get(flag) for flag in flags)


def _balance(answer: Answer, summary: Answer, status: str) -> str | None:
    """The principal left, which is what our balances are; below 0 where too much was paid."""
    if status == NOT_LENT:
        return "0"
    if overpaid := _decimal(answer.get("totalOverpaid")):
        return _plain(-overpaid)
    principal = _plain(summary.get("principalOutstanding"))
    return principal if principal is not None else _plain(summary.get("totalOutstanding"))


def _of(answer: Answer, name: str) -> Any:
    if not isinstance(answer, Mapping) or answer.get(name) is None:
        raise ValueError(f"the answer has no “{name}”; is FINERACT_URL the address of Fineract's API?")
    return answer[name]


def _iso(value: Any) -> str | None:
    return None if value is None else day(value).isoformat()


def _decimal(value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"“{str(value)[:30]}” is no amount")
    return Decimal(value)


def _plain(value: Any, *, may_be_zero: bool = True) -> str | None:
    """22000.000000 as 22000, as our rows are written."""
    number = _decimal(value)
    if number is None or not (number or may_be_zero):
        return None
    return f"{number.normalize():f}" if number else "0"
