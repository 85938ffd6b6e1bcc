from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Reminders")

    def ready(self) -> None:
        from notifications import (  # noqa: F401  (registered by their import)
            checks,
            desk_lines,
            listeners,
            my_data_sections,
            retention_kinds,
        )
        from notifications.law import books

        # A web server and a worker run no checks: a faulty rulebook stops them here, with file, rule and reason.
        books.all_books()
