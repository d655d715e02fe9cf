"""The query language of the query API: fields, submittedDate, AND, OR, ANDNOT, parentheses."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from tests.fakes.archive import Seen

Test = Callable[[Seen], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])|(?P<join>ANDNOT|AND|OR)(?=[\s()]|$)|"
    r"(?P<field>\w+):(?P<value>\"[^\"]*\"|\[[^\]]*\]|[^\s()]+)|(?P<bare>\"[^\"]*\"|[^\s()]+))"
)
RANGE = re.compile(r"\[(\d{8,14})\s+TO\s+(\d{8,14})\]")


class QueryError(Exception):
    pass


def _texts(seen: Seen) -> dict[str, str]:
    state = seen.state
    return {
        "ti": state.title,
        "au": "\n".join(state.authors),
        "abs": state.abstract,
        "co": state.comments,
        "jr": state.journal_ref,
        "rn": "",
        "id": seen.paper.id,
    }


def _contains(field: str, value: str) -> Test:
    wanted = value.strip('"').replace("_", " ").lower()
    if field == "all":
        return lambda seen: any(wanted in text.lower() for text in _texts(seen).values())
    return lambda seen: wanted in _texts(seen)[field].lower()


def _category(value: str) -> Test:
    value = value.strip('"')
    if value.endswith("*"):
        return lambda seen: any(c.startswith(value[:-1]) for c in seen.state.categories)
    return lambda seen: value in seen.state.categories


def _moment(digits: str) -> datetime:
    try:
        return datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise QueryError(f"not a date: {digits}") from None


def _submitted(value: str) -> Test:
    match = RANGE.fullmatch(value)
    if not match:
        raise QueryError(f"not a range of dates: {value}")
    first, last = _moment(match[1]), _moment(match[2])
    return lambda seen: first <= seen.paper.states[0].submitted <= last


def _term(field: str, value: str) -> Test:
    if field == "cat":
        return _category(value)
    if field == "submittedDate":
        return _submitted(value)
    if field in {"ti", "au", "abs", "co", "jr", "rn", "id", "all"}:
        return _contains(field, value)
    raise QueryError(f"unknown field {field}")


def parse(text: str) -> Test:
    """A test of one paper. Joined from the left, as the manual's examples are."""
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise QueryError(f"cannot be read at {text[at : at + 20]}")
        tokens.append(match)
        at = match.end()
    test = _joined(tokens)
    if tokens:
        raise QueryError(f"unexpected {tokens[0][0].strip()}")
    return test


def _joined(tokens: list) -> Test:
    left = _operand(tokens)
    while tokens and tokens[0]["paren"] != ")":
        word = tokens.pop(0)["join"] if tokens[0]["join"] else "OR"
        left = _join(word, left, _operand(tokens))
    return left


def _join(word: str, left: Test, right: Test) -> Test:
    if word == "OR":
        return lambda seen: left(seen) or right(seen)
    if word == "AND":
        return lambda seen: left(seen) and right(seen)
    return lambda seen: left(seen) and not right(seen)


def _operand(tokens: list) -> Test:
    if not tokens or tokens[0]["join"] or tokens[0]["paren"] == ")":
        raise QueryError("a term is missing")
    token = tokens.pop(0)
    if token["field"]:
        return _term(token["field"], token["value"])
    if token["bare"]:
        return _contains("all", token["bare"])
    inside = _joined(tokens)
    if not tokens or tokens.pop(0)["paren"] != ")":
        raise QueryError("a parenthesis is not closed")
    return inside
