"""What a credit card's statement demands, and where a payment on it goes. Pure. Amounts in the account's currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from loans.rounding import Rounding, rounded
from loans.terms import CENT

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class MinimumRule:
    """How a card computes its least payment. ValueError: a share outside 0 to 1, or a floor below 0."""

    share: Decimal  # a fraction of the balance: 2 % is 0.02
    floor: Decimal = ZERO
    unit: Decimal = CENT
    rounding: Rounding = Rounding.HALF_UP  # of the share, to the unit
    adds_interest: bool = False  # the month's interest comes on top of the share
    small_balance: Decimal = ZERO  # a balance up to this is demanded whole

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or self.floor < 0:
            raise ValueError("A least payment is a share from 0 to 1 of the balance, its floor 0 or more.")

    def regular(self, balance: Decimal, interest: Decimal = ZERO) -> Decimal:
        """max(share · balance [+ interest], floor), not capped."""
        share = balance * self.share + (interest if self.adds_interest else ZERO)
        return max(rounded(share, self.unit, self.rounding), self.floor)

    def demand(
        self,
        balance: Decimal,
        *,
        interest: Decimal = ZERO,
        past_due: Decimal = ZERO,
        credit_limit: Decimal | None = None,
    ) -> Decimal:
        """The regular part + what is past due + what is over the limit, never more than the balance.

        past_due: what earlier statements demanded and did not get. A balance of 0 or less (the lender owes the
        holder) demands nothing.  2 %, floor 200, of 55 000 with a limit of 50 000: 1 100 + 5 000 = 6 100.
        """
        if balance <= 0:
            return ZERO
        if balance <= self.small_balance:
            return balance
        over_limit = max(balance - credit_limit, ZERO) if credit_limit is not None else ZERO
        return min(self.regular(balance, interest) + past_due + over_limit, balance)


def minimum_due(
    balance: Decimal, *, share: Decimal, floor: Decimal, unit: Decimal, past_due: Decimal = ZERO
) -> Decimal:
    """The least payment of a statement: max(share · balance, floor) + past due, never more than the balance.

    5 000 at 2 % with a floor of 25: 100.  400: 25.  18: 18.
    """
    return MinimumRule(share=share, floor=floor, unit=unit).demand(balance, past_due=past_due)


@dataclass(frozen=True, slots=True)
class Balance:
    """A part of a card's debt that bears its own rate, such as purchases or cash."""

    name: str
    amount: Decimal
    apr_pct: Decimal
    # Billing cycles, this one among them, in which paying it whole still spares its interest. None: it is not deferred.
    deferred_cycles: int | None = None

    @property
    def comes_first(self) -> bool:
        """In the last two cycles before deferred interest falls due."""
        return self.deferred_cycles in (1, 2)


def spread_excess(excess: Decimal, balances: Sequence[Balance]) -> dict[str, Decimal]:
    """What a payment above the least one pays: the highest APR first, then the next (12 CFR 1026.53(a)).

    In the last two cycles of deferred interest its balance comes before all others (1026.53(b)(1)(i)).
    Equal rates: in the order given. 500 on 100 at 20 %, 300 at 18 % and 600 at 12 %: 100, 300 and 100; were the 600
    deferred for two cycles more: 0, 0 and 500.
    What is more than all balances is in no part. ValueError: an excess below 0.
    """
    if excess < 0:
        raise ValueError("A payment above the minimum is 0 or more.")
    paid = {balance.name: ZERO for balance in balances}
    for balance in sorted(balances, key=lambda one: (not one.comes_first, -one.apr_pct)):
        paid[balance.name] = min(excess, max(balance.amount, ZERO))
        excess -= paid[balance.name]
    return paid
