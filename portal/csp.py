"""What a page may load and send: from this host alone, and nothing written into the page itself."""

from csp.constants import NONE, SELF

FROM_HERE = (
    "script-src",
    "style-src",
    "img-src",
    "font-src",
    "connect-src",
    "manifest-src",
    "worker-src",
    "form-action",
)
NOT_AT_ALL = ("default-src", "base-uri", "frame-ancestors")  # default-src: whatever has no line of its own

POLICY = {"DIRECTIVES": {what: [NONE] for what in NOT_AT_ALL} | {what: [SELF] for what in FROM_HERE}}
