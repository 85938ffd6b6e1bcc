"""Our select is Django's, but for the white space."""

import re

import pytest
from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.widgets import Select

CHOICES = [("", "None"), ("a&b", "<Fish> & chips"), (3, gettext_lazy("Three")), ("b", SafeString("<b>b</b>"))]


@pytest.mark.parametrize("value", [None, "", "a&b", 3, "3", "b", "not among them"])
@pytest.mark.parametrize("attrs", [{}, {"aria-describedby": "hint", "id": "id_x", "required": True}])
def test_it_says_what_djangos_says(value, attrs):
    theirs, ours = (kind(choices=CHOICES).render("x", value, attrs) for kind in (forms.Select, Select))
    assert re.sub(r"\s+(?=<)", "", ours) == re.sub(r"\s+(?=<)", "", theirs)
