"""What can be wrong with a query.

QueryError
├── SyntaxQueryError       the text is not in the grammar (SC1001)
├── UnsupportedQueryError  Cosmos DB has it, this emulator does not (SC2900)
└── QueryTooLargeError     a limit of this emulator was reached (SC2901)
"""

from __future__ import annotations


class QueryError(Exception):
    """A query that cannot be answered. `code` follows the service's SC numbers."""

    code = "SC2001"


class SyntaxQueryError(QueryError):
    """The text does not follow the grammar; the message names the place."""

    code = "SC1001"


class UnsupportedQueryError(QueryError):
    """A clause or function that this emulator refuses rather than answers wrongly."""

    code = "SC2900"


class QueryTooLargeError(QueryError):
    """The query is longer, deeper or costlier than the limits allow."""

    code = "SC2901"
