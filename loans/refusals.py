"""Why something was not written: a code for machines, which stays, and words that say to a person what to do."""

from enum import StrEnum


class Code(StrEnum):
    """What the API answers in `code`. A name once given is never given to anything else: docs/api.md lists them."""

    BAD_FIELD = "bad_field"  # a field does not hold what it must
    TOO_FINE = "too_fine"  # an amount is finer than its currency
    IN_FUTURE = "in_future"
    TOO_EARLY = "too_early"  # before what it belongs to
    TWICE = "twice"  # in one batch
    NO_BORROWER = "no_borrower"
    NO_ACCOUNT = "no_account"
    NO_PAYMENT = "no_payment"
    OTHER_BORROWER = "other_borrower"  # the account is somebody else's
    OTHER_ACCOUNT = "other_account"  # the payment is another account's
    OTHER_CURRENCY = "other_currency"
    FIXED = "fixed"  # product and currency of an account stay
    BILL_CLOSED = "bill_closed"
    BELOW_PAID = "below_paid"  # a bill cannot ask for less than is paid of it
    OTHER_FIGURES = "other_figures"  # the reference is in the books with other figures
    TAKEN_BACK = "taken_back"
    DOES_NOT_SETTLE = "does_not_settle"


class Refused(ValueError):
    """Nothing was written. The message says, to a person, what to do. field: the one to correct, where it is one."""

    def __init__(self, code: Code, message: object, field: str = "") -> None:
        super().__init__(str(message))
        self.code = code
        self.field = field
