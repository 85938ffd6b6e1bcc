"""What every test may use: real servers, a database per worker, and the people everybody knows."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.models import Borrower, ContactPoint, User
from notifications.traffic import shared
from portal import embedded
from tests import factories, isolation, letters, unhurried

NOT_OF_UNITS = {"db", "transactional_db", "live_server", "browser"}  # fixtures

# A time limit, per example or for making them, measures the machine's other work, not ours.
UNHURRIED = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time: a change is judged by what it changes. New ones are looked for by the nightly profile.
hypothesis_settings.register_profile("portal", UNHURRIED, derandomize=True)
hypothesis_settings.register_profile("nightly", UNHURRIED, max_examples=25_000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "portal"))


def pytest_configure(config: pytest.Config) -> None:
    embedded.start_if_local()
    # Each person and each worker (gw0, gw1 …) at the same server has a database of their own.
    suffix = os.environ.get("PYTEST_DB_SUFFIX", "")
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_portal_{suffix}".rstrip("_")
    settings.CACHES["default"]["KEY_FUNCTION"] = "tests.isolation.cache_key"
    setattr(RedisCache, "clear", isolation.refuse_to_clear)  # noqa: B010 - mypy knows no assignment to a method
    unhurried.take_time()
    if embedded.VALKEY.is_wanted:  # a portal that runs beside the tests must not take their tasks
        settings.CELERY_BROKER_URL = f"redis+socket://{embedded.VALKEY_SOCKET}?virtual_host=9"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow by design otherwise
    settings.WHITENOISE_AUTOREFRESH = True  # serves static/ as it is; nothing is collected for tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs no database, no browser and no program of its own is a unit test: `make unit`."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if not asked & NOT_OF_UNITS and not any(
            map(item.get_closest_marker, ("django_db", "browser", "processes"))
        ):
            item.add_marker("unit")


@pytest.fixture(scope="session", autouse=True)
def _own_folder_for_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What borrowers and providers of the tests send lies beside nobody else's, the demo's and older runs' included."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("attachments")
    settings.HOOK_SPOOL = tmp_path_factory.mktemp("spool") / "new"


@pytest.fixture(autouse=True)
def _own_corner_of_the_cache() -> None:
    isolation.enter_new_corner()
    shared._away_until = 0.0  # a test before this one may have let Valkey be away


@pytest.fixture(autouse=True)
def _own_letters() -> Iterator[None]:
    """What this test's pages sent must not arrive in the mailbox of the next."""
    yield
    letters.wait_until_all_have_left()


@pytest.fixture(autouse=True)
def _own_numbers() -> None:
    factories.count_anew()


@pytest.fixture(autouse=True)
def _own_language_and_zone() -> Iterator[None]:
    """A request leaves its reader's language and zone behind it; the next test starts in the portal's own."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        yield


def _person(**fields: Any) -> Borrower:
    """A borrower with a login, and with a verified e-mail address and phone number."""
    login = factories.make_login()
    person = factories.make_borrower(user=login, **fields)
    factories.make_contact_point(person, kind=ContactPoint.Kind.EMAIL, value=login.email)
    factories.make_contact_point(person)
    return person


@pytest.fixture
def borrower(db: None) -> Borrower:
    return _person(name="Zhang Wei")


@pytest.fixture
def stranger(db: None) -> Borrower:
    """Another borrower of the same lender, who may see nothing of `borrower`."""
    return _person(name="Maria Silva")


@pytest.fixture
def staff(db: None) -> User:
    return factories.make_staff()


@pytest.fixture
def signed_in(borrower: Borrower) -> Client:
    return _client_of(borrower.user)


@pytest.fixture
def stranger_client(stranger: Borrower) -> Client:
    return _client_of(stranger.user)


@pytest.fixture
def staff_client(staff: User) -> Client:
    return _client_of(staff)


def _client_of(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client
