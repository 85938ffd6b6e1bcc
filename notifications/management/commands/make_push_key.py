"""`manage.py make_push_key`: a new key pair for push messages."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.channels import push_key


class Command(BaseCommand):
    help = (
        "Print a new private key for push messages, and the public key that browsers are given. Changing the key of a "
        "running portal loses every device: people then allow push messages again."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        private = push_key.new()
        self.stdout.write(f"PUSH_PRIVATE_KEY={private}")
        self.stdout.write(f"# its public key, as browsers see it: {push_key.public(private)}")
