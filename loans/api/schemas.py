"""What goes in and out of the API. A row's shape is checked here; what its fields say, row by row, in `rows`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from ninja import Schema
from pydantic import (
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from loans.api.unread import Unread
from loans.refusals import Code

MOST_ROWS = 1000

Reference = Annotated[str, Field(min_length=1, max_length=64, description="The core system's own id.")]
Amount = Annotated[str, Field(max_length=24, description="A decimal number such as 1234.56, as a string.")]
Day = Annotated[str, Field(max_length=10, description="A calendar day, YYYY-MM-DD.")]


class RowIn(Schema):
    model_config = ConfigDict(extra="forbid")  # a field misspelt would be lost unseen

    @property
    def label(self) -> str:
        """What names the row in the core system, and in its result."""
        return _label(self.__dict__)


class Referenced(RowIn):
    reference: Reference


def _row_or_unread(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError as error:
        if not isinstance(value, dict):
            raise  # no row at all: the whole is no batch
        return Unread(_label(value)[:64], error)


def _label(fields: Mapping[str, Any]) -> str:
    kinds = (("reference",), ("payment",), ("account", "number"))
    key = next((names for names in kinds if fields.keys() >= set(names)), ())
    return " ".join(str(fields[name]) for name in key)


class BorrowerIn(Referenced):
    name: Annotated[str, Field(max_length=400)]
    country: Annotated[str, Field(description="ISO 3166-1, two letters.")]
    region: Annotated[str, Field(description="ISO 3166-2 without the country.")] = ""
    language: Annotated[
        str | None, Field(description="Only of a new borrower: the person decides later.")
    ] = None
    time_zone: Annotated[str | None, Field(description="IANA. Only of a new borrower.")] = None
    email: Annotated[str | None, Field(description="Added to the person's addresses, not verified.")] = None
    phone: Annotated[str | None, Field(description="E.164 or national. Added, not verified.")] = None


class AccountIn(Referenced):
    borrower: Reference
    product: Annotated[str, Field(description="instalment_loan, credit_card or line_of_credit")]
    currency: Annotated[str, Field(description="ISO 4217.")]
    status: Annotated[
        str | None,
        Field(description="open, closed or charged_off. Left out: as it was, and of a new one open."),
    ] = None
    opened_on: Day | None = None
    principal: Amount | None = None
    annual_rate_pct: Amount | None = None
    instalments: Annotated[int | None, Field(ge=1, le=600)] = None
    instalment_amount: Amount | None = None
    credit_limit: Amount | None = None
    reported_balance: Annotated[
        str | None, Field(max_length=24, description="What the books say is owed. Left out: as it was.")
    ] = None
    months_past_due: Annotated[int, Field(ge=0, le=999)] = 0
    is_autopay: bool = False


class BillIn(RowIn):
    account: Reference
    number: Annotated[
        int, Field(ge=1, le=1_000_000, description="Place in the schedule; of a card: year × 12 + month.")
    ]
    due_on: Day
    amount: Amount
    issued_on: Day | None = None
    principal: Amount | None = None
    interest: Amount | None = None
    balance_after: Amount | None = None
    statement_balance: Annotated[str | None, Field(max_length=24, description="Of a card's statement.")] = (
        None
    )


class PaymentIn(Referenced):
    account: Reference
    amount: Amount
    currency: Annotated[str, Field(description="ISO 4217; the account's.")]
    received_on: Day


class ReversalIn(RowIn):
    payment: Annotated[Reference, Field(description="The reference of the payment that was taken back.")]
    account: Annotated[Reference, Field(description="The account on which it is booked.")]
    on: Annotated[Day, Field(description="The day it was taken back, YYYY-MM-DD.")]
    reason: Annotated[
        str,
        Field(description="returned, charged_back, mistake or other; the borrower reads it in words."),
    ]


Row = TypeVar("Row", bound=RowIn)


class Batch(Schema, Generic[Row]):
    # Beside the rows that were read stand Unread ones, which the document of the API does not know.
    rows: Annotated[
        list[Annotated[Row, WrapValidator(_row_or_unread)]], Field(min_length=1, max_length=MOST_ROWS)
    ]


Became = Literal["created", "updated", "unchanged", "refused"]


class Result(Schema):
    """What became of one row, in the order of the rows."""

    reference: Annotated[str, Field(description="What names the row; of a bill its account and number.")]
    result: Became
    why: Annotated[str | None, Field(description="Of a refused row: what to correct, in English.")] = None
    code: Annotated[Code | None, Field(description="Of a refused row: the same for machines.")] = None
    field: Annotated[str | None, Field(description="Of a refused row: what to correct, if one field.")] = None


class BatchOut(Schema):
    created: int
    updated: int
    unchanged: int
    refused: int
    results: list[Result]

    @classmethod
    def of(cls, results: list[Result]) -> "BatchOut":
        def count(became: Became) -> int:
            return sum(result.result == became for result in results)

        return cls(
            created=count("created"),
            updated=count("updated"),
            unchanged=count("unchanged"),
            refused=count("refused"),
            results=results,
        )


class Problem(Schema):
    detail: str


class NextBillOut(Schema):
    number: int
    due_on: date
    amount: str


class OverdueOut(Schema):
    amount: str
    bills: int
    since: date | None
    months: int


class AccountOut(Schema):
    """As its borrower sees it. Amounts in the account's currency, with its places."""

    reference: str
    borrower: str
    product: str
    currency: str
    status: str
    balance: str
    as_of: Annotated[datetime | None, Field(description="Of the report it starts from; null: our own sum.")]
    next_bill: NextBillOut | None
    overdue: OverdueOut


class BillOut(Schema):
    number: int
    due_on: date
    amount: str
    principal: str | None
    interest: str | None
    paid: str
    is_open: bool


class ScheduleOut(Schema):
    account: str
    currency: str
    bills: list[BillOut]
