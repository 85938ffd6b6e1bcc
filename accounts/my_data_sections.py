"""What of a borrower this app keeps. No secrets: who has them could sign in as the person."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts import my_data
from accounts.models import Borrower, ContactPoint, Invitation, User
from accounts.my_data import Section

my_data.add(
    Section(
        "profile",
        lambda person: Borrower.objects.filter(pk=person.pk),
        ("reference", "name", "country", "region", "language", "time_zone", "created_at"),
    ),
    Section(
        "login",
        lambda person: User.objects.filter(borrower=person),
        ("email", "phone", "phone_verified", "name", "date_joined", "last_login"),
    ),
    Section(
        "login_addresses",
        lambda person: EmailAddress.objects.filter(user__borrower=person),
        ("email", "verified", "primary"),
    ),
    Section(
        "passkeys_and_apps",
        lambda person: Authenticator.objects.filter(user__borrower=person),
        ("type", "data__name", "created_at", "last_used_at"),
    ),
    Section(
        "sessions",
        lambda person: UserSession.objects.filter(user__borrower=person),
        ("created_at", "last_seen_at", "ip", "user_agent"),
    ),
    Section(
        "contact_points",
        lambda person: ContactPoint.objects.filter(borrower=person),
        ("kind", "value", "source", "verified_at", "closed_at", "closed_reason", "created_at"),
    ),
    Section(
        "invitations",
        lambda person: Invitation.objects.filter(borrower=person),
        ("created_at", "sent_to__value", "expires_at", "used_at"),
    ),
)
