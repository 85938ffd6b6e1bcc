#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from portal import embedded

# These read settings or source only; they must work where no database can run.
NEEDS_NO_SERVICES = {"check", "collectstatic", "help", "version", "compile_texts"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    try:
        if len(sys.argv) > 1 and sys.argv[1] not in NEEDS_NO_SERVICES:
            embedded.start_if_local()
        execute_from_command_line(sys.argv)
    except embedded.ServiceError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
