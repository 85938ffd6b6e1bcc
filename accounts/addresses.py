"""Where a person can be reached or signs in: an e-mail address or a phone number, read as people type it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import phones
from accounts.models import Borrower, ContactPoint
from accounts.typed import narrow

Kind = ContactPoint.Kind
WRITTEN_TO = (Kind.EMAIL, Kind.PHONE)  # what has an address that a person can type


@dataclass(frozen=True)
class Address:
    kind: str  # a ContactPoint.Kind
    value: str  # an e-mail address in lower case, or a number in E.164

    @classmethod
    def of(cls, point: ContactPoint) -> "Address":
        return cls(point.kind, point.value)


def of(borrower: Borrower) -> QuerySet[ContactPoint]:
    """The borrower's contact points that are addresses."""
    return borrower.contact_points.filter(kind__in=WRITTEN_TO)


def read(text: str, region: str) -> Address:
    """The address meant by `text`. A number without a country code is read as one of `region` (ISO 3166-1).

    ValueError, with words for the person: it is neither an e-mail address nor a phone number.
    """
    text = narrow(text).strip()
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError as error:
            raise ValueError(_("Enter an e-mail address like name@example.com.")) from error
        return Address(Kind.EMAIL, text.lower())
    try:
        return Address(Kind.PHONE, phones.parse(text, region))
    except ValueError as error:
        raise ValueError(
            _("Enter an e-mail address, like name@example.com, or a phone number, like %(example)s.")
            % {"example": phones.example(region)}
        ) from error


def shown(address: Address) -> str:
    """For its owner to read: +44 7911 123456. What is no number, though on file as one, is shown as it is."""
    try:
        return phones.international(address.value) if address.kind == Kind.PHONE else address.value
    except ValueError:
        return address.value


def masked(address: Address) -> str:
    """Enough for the owner to know it again, too little for anybody else: a•••@example.com, ••• 678."""
    if address.kind == Kind.EMAIL:
        name, _at, domain = address.value.rpartition("@")
        return f"{name[:1]}•••@{domain}"
    return f"••• {address.value[-3:]}"
