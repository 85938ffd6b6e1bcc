"""Reminders go out while everything fails: `python -m tests.faults --reminders 2000 --kills 20 --seed 1`.

Ends with one JSON object on the last line, and with status 1 where something was lost, doubled, unbooked, or
sent after a stop, after a payment or over the cap. docs/faults.md says how to read it.
"""

import argparse
import json
import sys
import time

from tests.faults import scenario
from tests.faults.house import house, start_servers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--reminders", type=int, default=2000)
    parser.add_argument(
        "--kills", type=int, default=20, help="of workers, by kill -9; other faults follow it"
    )
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--beats", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    started = time.monotonic()
    kinds = scenario.kinds(workers=chosen.workers, beats=chosen.beats)
    with house(seed=chosen.seed, kinds=kinds) as here:
        import django

        django.setup()  # only now: the house has set the environment that settings read
        start_servers()
        from tests.faults import run

        drawn = scenario.draw(reminders=chosen.reminders, kills=chosen.kills, kinds=kinds, seed=chosen.seed)
        verdict, faults = run.run(here, drawn)
    for kind, found in verdict.wrong.items():
        for what in found:
            sys.stderr.write(f"{kind}: {what}\n")
    more = {"faults": faults, "seed": chosen.seed, "seconds": round(time.monotonic() - started)}
    sys.stdout.write(json.dumps({**verdict.to_json(), **more}) + "\n")
    return 0 if verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
