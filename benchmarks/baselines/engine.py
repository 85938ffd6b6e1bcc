"""One worker of the engine under the benchmark's clock: a line on its standard input names the instant, it sends
what is due then, and answers how many messages it sent."""

import os
import sys
from datetime import datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")


def main() -> None:
    import django

    django.setup()
    from notifications import dispatch

    for line in sys.stdin:
        now = datetime.fromisoformat(line.strip())
        sent = dispatch.send_due(clock=lambda now=now: now, until=lambda: False)
        print(sent, flush=True)


if __name__ == "__main__":
    main()
