"""What a person must know of their contract to claim their login. accounts asks through settings.CLAIM_FACT."""

from django.utils.crypto import constant_time_compare

from accounts.models import Borrower

ASKED = 4  # characters, from the end of the contract's number


def contract_number_ends_with(borrower: Borrower, answer: str) -> bool:
    """Whether the answer is the last four characters of one of the borrower's contract numbers.

    Letters may be small or capital; blanks and hyphens are how people copy a number and count for nothing.
    Every contract is compared, in constant time, so that the time taken tells nothing.
    """
    given = _plain(answer)
    references = borrower.credit_accounts.values_list("reference", flat=True)
    matches = [constant_time_compare(_plain(reference)[-ASKED:], given) for reference in references]
    return len(given) == ASKED and any(matches)


def _plain(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())
