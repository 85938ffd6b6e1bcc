"""One run of the connector: list the loans, read those that changed, take each by itself."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from loans.api.schemas import BorrowerIn
from loans.fineract import mapping
from loans.fineract.mapping import Answer, Place
from loans.fineract.reading import NotRead, Reader
from loans.fineract.taking import NotTaken, take
from loans.models import CreditAccount, FineractLoan


@dataclass
class Run:
    """What became of all loans. refused, notes: sentences for the operator."""

    # Of created, updated, unchanged, skipped, refused, not_lent.
    loans: Counter[str] = field(default_factory=Counter)
    payments: int = 0
    reversed: int = 0
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        return {
            "loans": dict(sorted(self.loans.items())),
            "payments": self.payments,
            "reversed": self.reversed,
            "refused": self.refused,
            "notes": self.notes,
        }


@dataclass
class Import:
    """clock: now, in the lender's zone. since: what was taken on or after that day and looks the same is skipped."""

    reader: Reader
    place: Place
    clock: Callable[[], datetime]
    since: date | None = None
    run: Run = field(default_factory=Run)
    _borrowers: dict[int, BorrowerIn] = field(default_factory=dict)  # of the page at hand

    def all(self) -> Iterator[Run]:
        """Take every loan, page by page; gives the state of the run after each. FineractError: it ends here."""
        for page in self.reader.pages("loans", orderBy="accountNo", sortOrder="ASC"):
            self._borrowers.clear()
            keys = [listed.get("id") for listed in page]
            known = FineractLoan.objects.in_bulk([key for key in keys if isinstance(key, int)])
            for listed in page:
                self._one(listed, known.get(listed.get("id", 0)))
            yield self.run

    def _one(self, listed: Answer, known: FineractLoan | None) -> None:
        name = f"loan {listed.get('accountNo', listed.get('id'))}"
        try:
            became = self._take(listed, known)
        except (ValueError, NotRead) as error:
            became = "refused"
            self.run.refused.append(f"{name}: {error}")
        self.run.loans[became] += 1

    def _take(self, listed: Answer, known: FineractLoan | None) -> str:
        """NotTaken, NotRead or ValueError: this loan stays as it was."""
        fingerprint = mapping.fingerprint(listed)
        if self._is_known(known, fingerprint):
            return "skipped"
        if known is None and mapping.state(listed) == mapping.NOT_LENT:
            return "not_lent"
        if not listed.get("clientId"):
            raise NotTaken("it is lent to a group; the portal's borrowers are persons")
        answer = self.reader.get(f"loans/{int(listed['id'])}", associations="repaymentSchedule,transactions")
        borrower = self._borrower(int(answer["clientId"]))
        account, taken = take(mapping.loan(answer, borrower.reference), borrower, now=self.clock())
        self._remember(int(listed["id"]), account, fingerprint)
        self.run.payments += taken.payments
        self.run.reversed += taken.reversed
        self.run.notes += taken.notes
        return taken.became

    def _is_known(self, known: FineractLoan | None, fingerprint: str) -> bool:
        if self.since is None or known is None or known.fingerprint != fingerprint:
            return False
        return known.taken_at.date() >= self.since

    def _borrower(self, client_id: int) -> BorrowerIn:
        if client_id not in self._borrowers:
            answer: Mapping[str, Any] = self.reader.get(f"clients/{client_id}")
            self._borrowers[client_id], notes = mapping.client(answer, self.place)
            self.run.notes += notes
        return self._borrowers[client_id]

    def _remember(self, loan_id: int, account: CreditAccount, fingerprint: str) -> None:
        """Only after the loan is taken: what breaks off in between is read again."""
        FineractLoan.objects.update_or_create(
            loan_id=loan_id,
            defaults={"account": account, "fingerprint": fingerprint, "taken_at": self.clock()},
        )
