"""Every address of the site, as the resolver knows it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
REGEX_ARGUMENT = re.compile(r"\(\?P<(\w+)>[^()]*\)")
CHOICE = re.compile(r"\(\?:(\w[\w-]*)[^()]*\)")  # of several words that a regular expression takes, the first


class Route(NamedTuple):
    name: str  # with its namespace; an unnamed route is known by its pattern
    pattern: str

    def path(self, values: Mapping[str, object]) -> str:
        """The address with each argument filled in. KeyError: no value for one of them."""
        filled = ARGUMENT.sub(lambda found: str(values[found[1]]), self.pattern)
        filled = REGEX_ARGUMENT.sub(lambda found: str(values[found[1]]), filled)
        return "/" + re.sub(r"[\^$]", "", CHOICE.sub(r"\1", filled))


def everything() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Iterable[URLPattern | URLResolver], path: str, namespace: str) -> Iterator[Route]:
    for each in patterns:
        here = path + str(each.pattern)
        if isinstance(each, URLResolver):
            inside = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _walk(each.url_patterns, here, inside)
        else:
            yield Route(f"{namespace}{each.name}" if each.name else here, here)
