"""The provider of docs/http-provider.example.toml, installed as docs/http-provider.md says."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project

from notifications import gateway_file
from notifications.sandbox.gateway import NAME, SECRET, TOKEN

EXAMPLE = (Path(project.BASE_DIR) / "docs/http-provider.example.toml").read_text(encoding="utf-8")
URL = "https://api.gateway.example/v1/messages"
SECRETS = {"ACME_TOKEN": TOKEN, "ACME_HOOK_SECRET": SECRET}


def install(settings: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, *, url: str = URL) -> None:
    """It alone serves text messages. url: where it is called."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    path = folder / f"{NAME}.toml"
    path.write_text(EXAMPLE.replace(URL, url), encoding="utf-8")
    settings.HTTP_PROVIDERS = {NAME: str(path)}
    settings.PROVIDERS = {**settings.PROVIDERS, NAME: "notifications.channels.gateway.GatewayProvider"}
    settings.PROVIDER_READERS = {**settings.PROVIDER_READERS, NAME: "notifications.hooks.gateway_events"}
    settings.CHANNEL_PROVIDERS = {**settings.CHANNEL_PROVIDERS, "sms": {NAME: 1}}
    gateway_file.load.cache_clear()
