"""Give a borrower whom the engine has set aside back to the workers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Borrower, User
from notifications import quarantine


class Command(BaseCommand):
    help = "List the borrowers set aside, or release one, with the reason on record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", nargs="?", help="the borrower's; without it: list them")
        parser.add_argument("--by", default="", help="e-mail address of the member of staff who releases")
        parser.add_argument("--reason", default="", help="what was mended")

    def handle(self, *args: Any, reference: str | None, by: str, reason: str, **options: Any) -> None:
        if reference is None:
            for lane in quarantine.set_aside().select_related("borrower"):
                self.stdout.write(f"{lane.borrower.reference} since {lane.set_aside_at:%Y-%m-%d %H:%M} UTC")
            return
        staff = User.objects.filter(email__iexact=by, is_staff=True, is_active=True).first() if by else None
        if staff is None or not reason.strip():
            raise CommandError("Say who releases and why: --by person@lender.example --reason '…'.")
        borrower = Borrower.objects.filter(reference=reference).first()
        if borrower is None or not quarantine.release(
            borrower.pk, reason=reason.strip(), by=staff, now=timezone.now()
        ):
            raise CommandError(f"Nobody with reference {reference} is set aside.")
        self.stdout.write(f"{reference} is with the workers again.")
