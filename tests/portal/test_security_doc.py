"""docs/security.md names files and tests that are there."""

import re

import pytest

from portal import embedded

TEXT = (embedded.ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+(?:::\w+)?)`", TEXT)))


@pytest.mark.parametrize("named", NAMED)
def test_what_the_page_names_is_there(named: str) -> None:
    path, _colons, test = named.partition("::")
    text = (embedded.ROOT / path).read_text()
    assert f"def {test}(" in text or not test
