"""How Babel finds the translatable texts of Django's templates: `pybabel extract -F babel.cfg`."""

import io
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract_template(
    file: BinaryIO, keywords: Any, comment_tags: Collection[str], options: Any
) -> Iterator[Any]:
    """Turn the template into the Python calls it stands for, and read those."""
    source = templatize(file.read().decode("utf-8"))
    yield from extract_python(io.BytesIO(source.encode("utf-8")), keywords, comment_tags, options)
