"""What the sandbox's phones and mailboxes hold: an append-only file of JSON lines, and the same in memory."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

Entry = dict[str, Any]


class Store:
    """Texts by phone number and mails by address, oldest first. A restart reads the file again."""

    def __init__(self, path: Path | None) -> None:
        """path: where to keep it; None keeps it in memory only."""
        self.path = path
        self._forget()
        self._file: TextIO | None = None
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._load(path)
            self._file = path.open("a", encoding="utf-8", buffering=1)  # a line is on disk when it is written

    def add_text(
        self, sid: str, number: str, text: str, *, direction: str, status: str, **more: Any
    ) -> Entry:
        """direction: to_phone, from_phone, or note (the sandbox speaks, not a person). more: `via`, the provider, and
        what it wants to remember."""
        return self._add(
            {
                "kind": "text",
                "sid": sid,
                "number": number,
                "text": text,
                "direction": direction,
                "status": status,
                **more,
            }
        )

    def set_status(self, sid: str, status: str) -> None:
        self._add({"kind": "status", "sid": sid, "status": status})

    def add_mail(self, address: str, mail: Mapping[str, str]) -> Entry:
        return self._add({"kind": "mail", "address": address, **mail})

    def add_subscription(self, subscription: Mapping[str, str]) -> Entry:
        """A browser on a phone that takes push messages: id, number, key, private, auth."""
        return self._add({"kind": "subscription", **subscription})

    def end_subscription(self, subscription_id: str) -> None:
        self._add({"kind": "subscription_ended", "id": subscription_id})

    def add_push(self, number: str, told: Mapping[str, str]) -> Entry:
        """A push message as the phone shows it: title, body, url."""
        shown = {"title": told.get("title", ""), "text": told.get("body", ""), "url": told.get("url", "")}
        return self._add({"kind": "push", "number": number, "direction": "push", "status": "", **shown})

    def clear(self) -> None:
        """Forget everything, in the file too."""
        self._forget()
        if self._file:
            self._file.truncate(0)

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _forget(self) -> None:
        self.phones: defaultdict[str, list[Entry]] = defaultdict(list)
        self.mailboxes: defaultdict[str, list[Entry]] = defaultdict(list)
        self.texts: dict[str, Entry] = {}
        self.subscriptions: dict[str, Entry] = {}

    def _add(self, entry: Entry) -> Entry:
        entry["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
        if self._file:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._apply(entry)
        return entry

    def _apply(self, entry: Entry) -> None:
        match entry["kind"]:
            case "text":
                self.phones[entry["number"]].append(entry)
                self.texts[entry["sid"]] = entry
            case "status" if known := self.texts.get(entry["sid"]):
                known["status"] = entry["status"]
            case "push":
                self.phones[entry["number"]].append(entry)
            case "subscription":
                self.subscriptions[entry["id"]] = entry
            case "subscription_ended" if ended := self.subscriptions.get(entry["id"]):
                ended["is_over"] = True
            case "mail":
                self.mailboxes[entry["address"]].append(entry)

    def _load(self, path: Path) -> None:
        """Read what is there. The last line of a killed process may be half a line: it is left out and ended."""
        if not path.exists():
            return
        content = path.read_text(encoding="utf-8", errors="replace")
        for line in content.splitlines():
            try:
                self._apply(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue
        if content and not content.endswith("\n"):
            with path.open("a", encoding="utf-8") as file:
                file.write("\n")
