"""Known vulnerabilities of the pinned packages, asked of OSV (osv.dev): `make audit`.

Ends with 1 where one is known, with 0 where none is, and with 0 and a warning where the service cannot be reached: a
closed network must not stop a change. AUDIT_IGNORE=GHSA-…,PYSEC-… leaves out what was looked at and does no harm here.

Source: https://google.github.io/osv.dev/post-v1-querybatch/
"""

import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

SERVICE = "https://api.osv.dev/v1/querybatch"
PATIENCE = 20  # seconds
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pins(lock: str) -> list[tuple[str, str]]:
    """Name, as PyPI normalizes it, and version of each package that a lock file pins."""
    return sorted({(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in PIN.findall(lock)})


def known(packages: list[tuple[str, str]], *, service: str = SERVICE) -> dict[str, list[str]]:
    """Package and version → ids of its vulnerabilities. URLError: the service cannot be reached."""
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages
    ]
    body = json.dumps({"queries": queries}).encode()
    request = Request(service, data=body, headers={"Content-Type": "application/json"})
    with urlopen(request, timeout=PATIENCE) as answer:
        results = json.load(answer)["results"]
    return {
        f"{name} {version}": sorted(each["id"] for each in found["vulns"])
        for (name, version), found in zip(packages, results, strict=True)
        if found.get("vulns")
    }


def main(locks: Iterable[Path], *, service: str = SERVICE) -> int:
    packages = pins("\n".join(lock.read_text() for lock in locks))
    ignored = set(filter(None, os.environ.get("AUDIT_IGNORE", "").split(",")))
    try:
        found = known(packages, service=service)
    except (URLError, TimeoutError) as error:
        sys.stderr.write(f"WARNING: not audited, {service} cannot be reached: {error}\n")
        return 0
    heeded = {
        name: left for name, ids in found.items() if (left := [one for one in ids if one not in ignored])
    }
    sys.stdout.writelines(f"{name}: {', '.join(ids)}\n" for name, ids in heeded.items())
    sys.stdout.write(f"{len(packages)} packages audited, {len(heeded)} with known vulnerabilities\n")
    return int(bool(heeded))


if __name__ == "__main__":
    sys.exit(main([Path("requirements.txt"), Path("requirements-dev.txt")]))
