"""The style guide shows every component, so that whoever builds a page finds it there."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Borrower

COMPONENTS = {f"components/{file.name}" for file in Path("templates/components").glob("*.html")}


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_component_is_on_the_style_guide(borrower: Borrower, signed_in: Client, language: str) -> None:
    Borrower.objects.update(language=language)
    answer = signed_in.get(reverse("styleguide"))
    assert answer.status_code == 200
    assert len(COMPONENTS) > 15
    assert COMPONENTS - {str(part.name) for part in answer.templates} == set()
