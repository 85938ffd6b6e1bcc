"""A borrower's login and the addresses it signs in with: at most one e-mail address and one phone number.

An address opens the door only once its owner has proved to read it, and then for one login only.
"""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts.addresses import Address, Kind
from accounts.models import User


class AddressTaken(Exception):
    """Another login signs in with this address. Tell it only to who has proved to read the address."""


def create(address: Address, *, name: str, password: str | None = None) -> User:
    """A login that signs in with `address`, which its owner has proved to read.

    AddressTaken: another login has it. Without a password the login is opened by a code alone.
    """
    user = User(name=name)
    user.set_password(password)  # None: unusable
    _take(user, address)
    return user


def offer(user: User, address: Address) -> bool:
    """Sign in with this proved address from now on, if the login has none of its kind. Whether it does so now."""
    if value_of(user, address.kind):
        return False
    try:
        _take(user, address)
    except AddressTaken:
        user.refresh_from_db()
        return False  # shared by two people: it reaches both, and signs in one
    return True


def drop(user: User, kind: str) -> None:
    """Sign in no more with the login's address of this kind."""
    if kind == Kind.EMAIL:
        EmailAddress.objects.filter(user=user).delete()
        user.email = None
    else:
        user.phone, user.phone_verified = None, False
    user.save(update_fields=["email", "phone", "phone_verified"])


def value_of(user: User, kind: str) -> str:
    """The proved address of this kind that the login signs in with, or nothing."""
    if kind == Kind.EMAIL:
        return user.email or ""
    return user.phone.as_e164 if user.phone and user.phone_verified else ""


def proves(user: User, email: str) -> bool:
    """Whether this login has proved to read this e-mail address.

    allauth falls back to User.email and to unverified addresses. A code sent there would open the login to whoever
    reads the address, and mark it verified.
    """
    rows = EmailAddress.objects.filter(user=user, email=email.lower(), verified=True)
    return bool(rows.exists())


def _take(user: User, address: Address) -> None:
    try:
        with transaction.atomic():  # a savepoint: the caller's transaction lives on
            if address.kind == Kind.EMAIL:
                user.email = address.value
                user.save()
                EmailAddress.objects.create(user=user, email=address.value, verified=True, primary=True)
            else:
                user.phone, user.phone_verified = address.value, True
                user.save()
    except IntegrityError as error:  # user_email_once, user_verified_phone_once, unique_verified_email
        raise AddressTaken from error
