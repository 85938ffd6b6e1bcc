"""The bill of materials of what production installs, as CycloneDX: `make sbom` writes sbom.json beside the lock.

Source: https://cyclonedx.org/docs/1.6/json/; package addresses by https://github.com/package-url/purl-spec
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.audit import pins


def bill(lock: str) -> dict[str, Any]:
    """From a lock file's pins: the same lock gives the same bill."""
    components = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
        for name, version in pins(lock)
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}


if __name__ == "__main__":
    json.dump(bill(Path("requirements.txt").read_text()), sys.stdout, indent=1)
    sys.stdout.write("\n")
