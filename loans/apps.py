from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoansConfig(AppConfig):
    name = "loans"
    verbose_name = _("Loans and cards")

    def ready(self) -> None:
        from loans import (  # noqa: F401  (registered by their import)
            checks,
            desk_lines,
            listeners,
            my_data_sections,
            retention_kinds,
        )
