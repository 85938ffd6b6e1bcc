"""The tables that staff can hand in: which rows of the API each holds, and where the value of a column stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import Borrower, ContactPoint
from loans.api import schemas, upserts
from loans.api.schemas import Result, RowIn
from loans.models import Bill, CreditAccount, Payment, Reversal

REFERENCE = {"reference": "reference"}


@dataclass(frozen=True)
class Kind:
    """One sort of table. fields and key: the column → where its value stands; those of the key name a row."""

    label: Any  # lazy
    row: type[RowIn]
    rows: Callable[[], QuerySet[Any]]
    upsert: Callable[..., list[Result]]
    fields: Mapping[str, str]
    key: Mapping[str, str]
    permissions: tuple[str, ...]
    kept: bool = True  # a column that is left out keeps what stands there

    @property
    def required(self) -> list[str]:
        return [name for name, field in self.row.model_fields.items() if field.is_required()]


def _unsigned(write: Callable[..., list[Result]]) -> Callable[..., list[Result]]:
    """Of kinds whose rows do not name who wrote them; the log does."""
    return lambda rows, *, now, by: write(rows, now=now)


def _addresses(kind: str) -> ArrayAgg:
    return ArrayAgg(
        "contact_points__value",
        filter=Q(contact_points__kind=kind),
        order_by="contact_points__value",
        default=[],
    )


def _borrowers() -> QuerySet[Any]:
    kinds = ContactPoint.Kind
    return Borrower.objects.annotate(emails=_addresses(kinds.EMAIL), phones=_addresses(kinds.PHONE))


KINDS = {
    "borrowers": Kind(
        label=gettext_lazy("borrowers"),
        row=schemas.BorrowerIn,
        rows=_borrowers,
        upsert=_unsigned(upserts.borrowers),
        fields={
            **{name: name for name in ("name", "country", "region", "language", "time_zone")},
            "email": "emails",
            "phone": "phones",
        },
        key=REFERENCE,
        permissions=("accounts.add_borrower", "accounts.change_borrower"),
    ),
    "accounts": Kind(
        label=gettext_lazy("credit accounts"),
        row=schemas.AccountIn,
        rows=CreditAccount.objects.all,
        upsert=_unsigned(upserts.accounts),
        fields={
            "borrower": "borrower__reference",
            **{name: name for name in ("product", "currency", *upserts.KEPT_OF_ACCOUNT, "reported_balance")},
        },
        key=REFERENCE,
        permissions=("loans.add_creditaccount", "loans.change_creditaccount"),
    ),
    "bills": Kind(
        label=gettext_lazy("bills"),
        row=schemas.BillIn,
        rows=Bill.objects.all,
        upsert=_unsigned(upserts.bills),
        fields={name: name for name in upserts.KEPT_OF_BILL},
        key={"account": "account__reference", "number": "number"},
        permissions=("loans.add_bill", "loans.change_bill"),
    ),
    "payments": Kind(
        label=gettext_lazy("payments"),
        row=schemas.PaymentIn,
        rows=Payment.everything.all,
        upsert=upserts.payments,
        fields={"account": "account__reference", "amount": "amount", "received_on": "received_on"},
        key=REFERENCE,
        permissions=("loans.add_payment",),
        kept=False,
    ),
    "reversals": Kind(
        label=gettext_lazy("reversals"),
        row=schemas.ReversalIn,
        rows=Reversal.objects.all,
        upsert=upserts.reversals,
        fields={"account": "payment__account__reference", "on": "on", "reason": "why"},
        key={"payment": "payment__reference"},
        permissions=("loans.add_reversal",),
        kept=False,
    ),
}
ADDED = ("emails", "phones")  # by the upsert to what is there; never taken away
