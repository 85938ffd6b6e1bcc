"""What of this app is deleted by age."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from accounts import retention
from accounts.models import Invitation, StaffLook
from accounts.retention import Kind

retention.add(
    Kind("sessions", 1, lambda before: Session.objects.filter(expire_date__lt=before)),
    # A sign-in lasts hours, so what was not seen for so long has ended.
    Kind("seen_sessions", 30, lambda before: UserSession.objects.filter(last_seen_at__lt=before)),
    Kind(
        "unused_invitations",
        180,
        lambda before: Invitation.objects.filter(used_at=None, expires_at__lt=before),
    ),
    Kind("staff_looks", 730, lambda before: StaffLook.objects.filter(at__lt=before)),
)
