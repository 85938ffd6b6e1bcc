"""Credit accounts: the contract as the core system has it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Borrower
from loans.api import rows as reading
from loans.api.schemas import AccountIn, Result
from loans.api.upserts.batch import Batch, Fields, by_reference, only, put
from loans.api.upserts.bill_rows import close_bills
from loans.models import Bill, CreditAccount
from loans.refusals import Code, Refused

Status = CreditAccount.Status
KEPT_OF_ACCOUNT = (
    "status", "opened_on", "principal", "annual_rate_pct", "instalments", "instalment_amount", "credit_limit",
    "months_past_due", "is_autopay",
)  # fmt: skip


def accounts(rows: Sequence[AccountIn], *, now: datetime) -> list[Result]:
    """Create accounts, or bring contract, status and reported balance up to date. An ended account's bills close."""
    batch = Batch(rows, reading.account)
    with transaction.atomic():
        people = by_reference(Borrower, (fields["borrower"] for fields in batch.good.values()))
        known = by_reference(
            CreditAccount, (fields["reference"] for fields in batch.good.values()), lock=True
        )
        new: list[CreditAccount] = []
        changed: list[CreditAccount] = []
        for place, fields in list(batch.good.items()):
            person, old = people.get(fields["borrower"]), known.get(fields["reference"])
            if why := _cannot_be(fields, person, old):
                batch.refuse(place, why)
                continue
            fields["status"] = fields["status"] or (old.status if old else Status.OPEN)
            balance = fields["reported_balance"]
            is_reported = balance is not None and (old is None or old.reported_balance != balance)
            report = {"reported_balance": balance, "reported_at": now} if is_reported else {}
            is_changed = put(old, fields | report, (*KEPT_OF_ACCOUNT, *report))
            batch.became(place, old, is_changed)
            if old and is_changed:
                changed.append(old)
            elif old is None:
                chosen = only(fields, ("reference", "product", "currency", *KEPT_OF_ACCOUNT))
                new.append(CreditAccount(borrower=person, **chosen, **report))
        CreditAccount.objects.bulk_create(new)
        updates = [*KEPT_OF_ACCOUNT, "reported_balance", "reported_at"]
        CreditAccount.objects.bulk_update(changed, updates)
        ended = [account for account in changed if account.status != Status.OPEN]
        close_bills(Bill.objects.filter(account__in=ended), now)
    return batch.all()


def _cannot_be(fields: Fields, person: Borrower | None, old: CreditAccount | None) -> Refused | None:
    if person is None:
        words = _("there is no borrower “%(borrower)s”; send the borrower first") % fields
        return Refused(Code.NO_BORROWER, words, "borrower")
    if old is None:
        return None
    if old.borrower_id != person.pk:
        words = _("the account belongs to another borrower; an account does not change hands")
        return Refused(Code.OTHER_BORROWER, words, "borrower")
    for name in ("currency", "product"):
        if getattr(old, name) != fields[name]:
            words = _(
                "the account is a %(product)s in %(currency)s; product and currency stay as they are"
            ) % {"product": old.product, "currency": old.currency}
            return Refused(Code.FIXED, words, name)
    return None
