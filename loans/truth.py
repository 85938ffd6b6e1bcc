"""The lender's figure and our own: where the core system reports a balance, ours is only a check of it.

Our sum of a loan: the contract's principal, less the principal that payments booked until the report repaid. Of a card:
the newest statement's balance, less what was booked between it and the report. Amounts in the account's currency.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from loans.models import CreditAccount

OURS = """
SELECT account.id, account.reference, account.currency, account.reported_balance, account.reported_at,
       CASE WHEN account.principal IS NOT NULL
            THEN account.principal - COALESCE(repaid.principal, 0) - COALESCE(gone.principal, 0)
            ELSE statement.balance - COALESCE(since.paid, 0) END AS ours
FROM loans_creditaccount account
LEFT JOIN LATERAL (
    SELECT sum(GREATEST(paid.amount - COALESCE(bill.interest, 0), 0)) AS principal
    FROM loans_bill bill
    JOIN LATERAL (SELECT sum(part.amount) AS amount FROM loans_allocation part
                  JOIN loans_payment payment ON payment.id = part.payment_id
                  WHERE part.bill_id = bill.id AND payment.created_at <= account.reported_at) paid ON true
    WHERE bill.account_id = account.id AND account.principal IS NOT NULL
) repaid ON true
LEFT JOIN LATERAL (
    SELECT sum(reversal.principal) AS principal
    FROM loans_reversal reversal JOIN loans_payment payment ON payment.id = reversal.payment_id
    WHERE payment.account_id = account.id AND payment.created_at <= account.reported_at
      AND payment.reversed_at > account.reported_at
) gone ON true
LEFT JOIN LATERAL (
    SELECT statement_balance AS balance, issued_on FROM loans_bill
    WHERE account_id = account.id AND statement_balance IS NOT NULL ORDER BY number DESC LIMIT 1
) statement ON true
LEFT JOIN LATERAL (
    SELECT sum(amount) AS paid FROM loans_payment
    WHERE account_id = account.id AND created_at <= account.reported_at AND received_on > statement.issued_on
      AND (reversed_at IS NULL OR reversed_at > account.reported_at)
) since ON true
WHERE account.reported_balance IS NOT NULL AND (%(account)s::bigint IS NULL OR account.id = %(account)s)
  AND (account.principal IS NOT NULL OR statement.balance IS NOT NULL)
ORDER BY account.id
"""


AGREE_AGAIN = """
UPDATE loans_creditaccount SET difference = NULL
WHERE difference IS NOT NULL AND reference <> ALL(%(references)s)
"""

DIFFER = """
UPDATE loans_creditaccount account SET difference = found.difference
FROM unnest(%(references)s::text[], %(differences)s::numeric[]) AS found (reference, difference)
WHERE account.reference = found.reference AND account.difference IS DISTINCT FROM found.difference
"""


@dataclass(frozen=True)
class Check:
    """One account's two figures at the instant of the report."""

    reference: str
    currency: str
    reported: Decimal
    reported_at: datetime  # UTC
    ours: Decimal

    @property
    def difference(self) -> Decimal:
        """Above 0: the lender's books say more than the contract, bills and payments here explain."""
        return self.reported - self.ours


def check(account: CreditAccount) -> Check | None:
    """The two figures of one account; None where nothing is reported, or nothing here to compare it with."""
    return next(_checks(account.pk), None)


def all_checks() -> Iterator[Check]:
    """Those of every account, streamed."""
    return _checks(None)


@transaction.atomic
def keep(differing: Mapping[str, Decimal]) -> None:
    """Write down on the accounts which of them differ and by how much: staff find them by it, until the next check.

    differing: of all accounts those that do, by their reference.
    """
    found: dict[str, Any] = {"references": list(differing), "differences": list(differing.values())}
    with connection.cursor() as cursor:
        cursor.execute(AGREE_AGAIN, found)
        cursor.execute(DIFFER, found)


def _checks(account_id: int | None) -> Iterator[Check]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(OURS, {"account": account_id})
        for _id, reference, currency, reported, reported_at, ours in cursor:
            yield Check(reference, currency, reported, reported_at, ours)
