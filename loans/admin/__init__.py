"""Staff pages. Django looks here for them: each module registers its own."""

from loans.admin import api, books, imports, money

__all__ = [
    "api",
    "books",
    "imports",
    "money",
]
