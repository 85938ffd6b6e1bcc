"""The push services of the browsers. A browser names the address that we then post to, so no other is taken."""

BROWSERS = (
    "fcm.googleapis.com",  # Chrome, Edge on Android, Samsung Internet …
    "updates.push.services.mozilla.com",  # Firefox
    "*.push.apple.com",  # Safari
    "*.notify.windows.com",  # Edge
)
