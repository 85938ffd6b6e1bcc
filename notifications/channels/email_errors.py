"""What an error of a mail backend proves about one message. Pure: a table for SMTP, one for anymail."""

from datetime import UTC, datetime
from http import HTTPStatus
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from requests.exceptions import ConnectTimeout

from notifications.channels.base import About, Outcome, RefusedForGood, RefusedForNow, Unknown
from notifications.channels.http import NO_CONNECTION, retry_after

SET_UP_WRONG = RefusedForNow("the mail provider does not accept our set-up", is_providers_fault=True)

# Errors by which a backend says that it cannot work as it is set up. Nothing was sent.
OUR_SET_UP = (SMTPAuthenticationError, SMTPHeloError, SMTPSenderRefused, AnymailConfigurationError)
# This very message cannot be sent, today or later.
THIS_MESSAGE = (
    AnymailInvalidAddress,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
    SMTPNotSupportedError,  # an address with letters that this server does not know
)

# anymail's status of a recipient whom the provider did not take → what it proves. "rejected": on its list of addresses
# that bounced or complained. "failed": it says that it could not, for a reason that has nothing to do with the address.
OF_STATUS: dict[str | None, Outcome] = {
    "rejected": RefusedForGood("the mail provider does not send to this address", About.ADDRESS),
    "invalid": RefusedForGood("the mail provider says that this is no address", About.ADDRESS),
    "failed": RefusedForNow("the mail provider could not send it"),
}

NO_SUCH_MAILBOX = b"5.1.1"  # RFC 3463: bad destination mailbox address


def outcome_of_connecting(error: Exception) -> Outcome:
    """Before the first message: whatever went wrong, nothing was sent."""
    return NO_CONNECTION if isinstance(error, OSError) and not isinstance(error, OUR_SET_UP) else SET_UP_WRONG


def outcome_of_sending(error: Exception) -> Outcome:
    """While one message was on its way. A reply is a proof, a silence is not."""
    if isinstance(error, OUR_SET_UP):
        return SET_UP_WRONG
    if isinstance(error, AnymailRecipientsRefused):
        return OF_STATUS["rejected"]
    if isinstance(error, THIS_MESSAGE):
        return RefusedForGood("the mail provider cannot carry this message")
    if isinstance(error, SMTPRecipientsRefused):
        code, reply = max(error.recipients.values(), default=(550, b""))
        nobody = 500 <= code < 600 and NO_SUCH_MAILBOX in reply
        return RefusedForGood("there is no such mailbox", About.ADDRESS) if nobody else _of_smtp_code(code)
    if isinstance(error, SMTPDataError):
        return _of_smtp_code(error.smtp_code)
    if isinstance(error, AnymailRequestsAPIError):
        return _of_api(error)
    return Unknown(f"the connection broke: {type(error).__name__}")


def _of_smtp_code(code: int) -> Outcome:
    """A reply to RCPT or DATA. 4yz: try later (greylisting, a full mailbox); 5yz: never. RFC 5321, 4.2.1."""
    if 400 <= code < 500:
        return RefusedForNow(f"the mail server said {code}")
    if 500 <= code < 600:
        return RefusedForGood(f"the mail server said {code}")
    return Unknown(f"the mail server said {code}")


def _of_api(error: AnymailRequestsAPIError) -> Outcome:
    """An answer of a provider's HTTP API, or none."""
    status = error.status_code
    if status is None:
        connected = not isinstance(error.__cause__, ConnectTimeout)
        return Unknown("no answer from the mail provider") if connected else NO_CONNECTION
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return SET_UP_WRONG
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:  # what providers answer for an address they cannot serve
        return RefusedForGood("the mail provider does not take this address")
    if 400 <= status < 500 and status != HTTPStatus.REQUEST_TIMEOUT:
        patience = retry_after(error.response.headers.get("Retry-After", ""), now=datetime.now(UTC))
        return RefusedForNow(f"refused with HTTP {status}", patience)
    return Unknown(f"HTTP {status} without a clear answer")
