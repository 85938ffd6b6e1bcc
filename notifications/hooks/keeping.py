"""What a hook answers where the event could not be kept."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


def kept_or_503(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """503 where the event could be kept neither in the database nor on disk: who sends again on 5xx, does."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OSError as error:
            logger.critical("event_not_kept path=%s error=%s", request.path, type(error).__name__)
            return HttpResponse("Try again later.", status=503, headers={"Retry-After": "60"})

    return answered
