"""Providers that live on this computer, for the demo and the tests. Nothing leaves it."""

import os

if os.environ.get("PORTAL_ENV", "local") != "local":
    raise ImportError("The sandbox delivers nothing: it is for PORTAL_ENV=local only.")
