"""What a person calls a browser: "Chrome on Android", from what it says of itself. Pure; told to its owner only."""

# The first that is found counts: most browsers also name those whose pages they want to be given.
BROWSERS = {
    "SamsungBrowser/": "Samsung Internet",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def name(user_agent: str, *, unknown: str) -> str:
    """`unknown` where it says nothing that we know."""
    known = [
        next((called for sign, called in table.items() if sign in user_agent), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, known)) or unknown
