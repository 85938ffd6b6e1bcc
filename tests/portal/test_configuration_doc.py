"""docs/configuration.md lists every value that the settings read."""

import re
from pathlib import Path

from django.conf import settings

READS = re.compile(r"(?:env(?:\.\w+)?|numbers|text|environ\.get)\(\s*\"([A-Z][A-Z0-9_]+)\"")


def test_every_value_that_the_settings_read_is_listed() -> None:
    base = Path(settings.BASE_DIR)
    sources = [(base / "portal" / name).read_text("utf-8") for name in ("settings.py", "environment.py")]
    read = {name for source in sources for name in READS.findall(source)}
    listed = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (base / "docs" / "configuration.md").read_text("utf-8")))
    assert len(read) > 60
    assert sorted(read - listed) == []
