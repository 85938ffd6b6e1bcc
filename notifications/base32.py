"""Numbers as people read and type them: Crockford's base 32 (https://www.crockford.com/base32.html). Pure."""

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in SIGNS for second in SIGNS)
_MISREAD = str.maketrans("OIL", "011", " -\u2010\u2011\u2013\u00a0\u3000.。")


def written(number: int, *, length: int) -> str:
    """In so many signs, an even number of them, of 5 bits each."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])


def read(typed: str, *, length: int) -> int | None:
    """What was meant by so many signs, small or misread ones among them. None: these are not they."""
    signs = typed.upper().translate(_MISREAD)
    if len(signs) != length or any(sign not in SIGNS for sign in signs):
        return None
    number = 0
    for sign in signs:
        number = number * 32 + SIGNS.index(sign)
    return number
