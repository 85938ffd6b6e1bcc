"""The database is away for a moment: a restart, a standby that takes over."""

from django.db import InterfaceError, OperationalError

AWAY = (OperationalError, InterfaceError)  # what Django raises where the database cannot be reached
