from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import (  # noqa: F401  (registered by their import)
            checks,
            devices,
            my_data_sections,
            retention_kinds,
            second_factors,
            sign_in_log,
        )
