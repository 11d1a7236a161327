"""What the choice of a block looks at: names bound and used, shapes of statements."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pseudogen.reading.reflow.grammar import Statement
from pseudogen.reading.reflow.tokens import Token, Tokens
from pseudogen.records import dataclass

_TARGETS = frozenset(["for", "with", "except", "import"])
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_a-zA-Z]+")
_EMPTY = frozenset(["self", "None", "True", "False", "the", "of", "to", "in", "is", "and", "for"])
_LONGEST_PATH = 4
_READ = 300
_SCOPES = frozenset(["def", "class"])
_BINDING = frozenset(["assign", "augment", "annotate"])
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_BEFORE_ARGUMENT = frozenset(["(", ",", "*", "**"])
NEVER = -1


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about one statement.

    `binds` and `uses` are plain names, `attributes` the dotted targets. `shape` tells what kind of
    thing it does ("self.", "print"), `guard` what kind of condition a header has. `paths` are all
    names with their attributes ("opt.lr"), `parts` the words that names and texts are made of.
    `parameters` are the names in the header of a function, its own first, `arguments` those that
    it binds when it is called; `own` are names that nothing but the statement itself sees.
    """

    statement: Statement
    words: str
    binds: frozenset[str]
    uses: frozenset[str]
    attributes: frozenset[str]
    shape: str
    guard: str
    parameters: tuple[str, ...] = ()
    paths: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    value: str = ""
    arguments: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Context:
    """How names tie statements together; all numbers are indices of statements.

    For statement i: `origins[i]` holds, for each name that it uses and that is bound before, where
    the name is bound for the first time (NEVER when it was read before that) and where last;
    `reach[i]` is the last statement that uses what i binds, before it is bound afresh;
    `made_reach[i]` the same for the names that are first bound at i; `later[i]` how many
    statements on such a name is next used (0: never); `same[i]` is the last statement before it
    that reads the same word for word (NEVER: none).

    What comes later, from statement i on: `jumps[i]` is the next `break` or `continue` before
    another loop begins, `answers[i]` the next `return` and `receivers[i]` the next use of `self`
    before another function begins (NEVER: none). `bare_answer` says that the text has a `return`
    before its first function.
    """

    facts: list[Facts]
    origins: list[tuple[tuple[int, int], ...]]
    reach: list[int]
    made_reach: list[int]
    later: list[int]
    same: list[int]
    jumps: list[int]
    answers: list[int]
    receivers: list[int]
    bare_answer: bool


def facts_of(source: Tokens, statement: Statement) -> Facts:
    """Read the facts of a statement off its tokens."""
    tokens = source.tokens[statement.start : statement.end]
    cut = _target_end(source, statement) - statement.start
    left, right = tokens[:cut], tokens[cut:]
    names, attributes = _bound(left, statement.kind)
    uses = _names(right)
    if statement.kind not in ("import", "for", "assign"):
        uses |= _names(left)
    if statement.kind == "assign":
        uses |= _names(left) - names
    parameters = (
        tuple(t.text for t in tokens if t.kind == "name") if statement.kind == "def" else ()
    )
    if statement.kind in ("def", "class"):
        names = set(parameters) or {t.text for t in tokens[1:2]}
    return Facts(
        statement,
        "".join(t.text for t in tokens),
        frozenset(names),
        frozenset(uses - names if statement.kind in ("import", "for") else uses),
        frozenset(attributes),
        _shape(tokens, statement.kind),
        _guard(tokens, statement.kind),
        parameters,
        frozenset(_paths(tokens)),
        frozenset(_parts(tokens)),
        _value(right) if statement.kind in _BINDING else "",
        frozenset(_arguments(tokens)) if statement.kind == "def" else frozenset(),
        frozenset(_own(tokens)),
    )


def _arguments(tokens: list[Token]) -> Iterator[str]:
    """The parameters that the header of a function names, without annotations and defaults."""
    depth = 0
    for before, token in itertools.pairwise(tokens):
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
            if depth == 0:
                return
        elif token.kind == "name" and depth == 1 and before.text in _BEFORE_ARGUMENT:
            yield token.text


def _own(tokens: list[Token]) -> Iterator[str]:
    """Targets of comprehensions and parameters of lambdas."""
    until = ""
    for before, token in itertools.pairwise(tokens):
        if token.text == until:
            until = ""
        elif token.text == "lambda":
            until = ":"
        elif token.text == "for":
            until = "in"
        if until and token.kind == "name" and before.text not in (".", "="):
            yield token.text


def _value(tokens: list[Token]) -> str:
    """What kind of value is bound: "[]", "number", "None", "call" and so on."""
    texts = [token.text for token in tokens[1:4]]
    if not texts:
        return ""
    if len(tokens) == 2:
        return tokens[1].kind if texts[0] not in ("None", "True", "False") else texts[0]
    if len(tokens) == 3 and texts[0] in ("[", "{", "("):
        return texts[0] + texts[1]
    if tokens[-1].text in (")", "]"):
        return "call" if tokens[1].kind == "name" else texts[0]
    return "other"


def _target_end(source: Tokens, statement: Statement) -> int:
    """Index past the part of the statement that binds names."""
    ends = {"assign": "=", "annotate": ":", "for": "in"}
    if statement.kind in ("import", "with", "except"):
        return statement.end
    last = statement.start
    i = statement.start
    while i < statement.end:
        token = source.tokens[i]
        if token.kind in ("op", "keyword"):
            if token.text == ends.get(statement.kind) or (
                token.text.endswith("=") and (statement.kind == "augment" and len(token.text) > 1)
            ):
                last = i
                if statement.kind != "assign":
                    break
            i = source.after.get(i, i + 1)
        else:
            i += 1
    return last


def _names(tokens: list[Token]) -> set[str]:
    """Names that are read: no attributes, no names of keyword arguments."""
    names = set()
    for i, token in enumerate(tokens):
        if token.kind != "name" or (i and tokens[i - 1].text == "."):
            continue
        keyword = (
            i + 1 < len(tokens) and tokens[i + 1].text == "=" and i and tokens[i - 1].text in "(,"
        )
        if not keyword and token.text not in ("True", "False", "None"):
            names.add(token.text)
    return names


def _bound(tokens: list[Token], kind: str) -> tuple[set[str], set[str]]:
    """Names and dotted targets that a statement binds."""
    if kind not in _BINDING and kind not in _TARGETS:
        return set(), set()
    if kind in ("with", "except"):
        return {
            tokens[i + 1].text
            for i, token in enumerate(tokens[:-1])
            if token.text == "as" and tokens[i + 1].kind == "name"
        }, set()
    binds, attributes = set(), set()
    for i, token in enumerate(tokens):
        if token.kind != "name" or (i and tokens[i - 1].text == "."):
            continue
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        if following == "." and kind != "import":
            attributes.add(".".join(t.text for t in tokens[i : i + 3 : 2]))
        elif following not in ("[", "(", "as"):
            binds.add(token.text)
    return binds, attributes


def _paths(tokens: list[Token]) -> Iterator[str]:
    """Names with the attributes that hang on them: `a.b.c` gives `a`, `a.b` and `a.b.c`."""
    path = ""
    for i, token in enumerate(tokens):
        if token.kind != "name":
            continue
        hangs = i > 1 and tokens[i - 1].text == "." and tokens[i - 2].kind == "name"
        path = f"{path}.{token.text}" if hangs and path else token.text
        if not hangs or path.count(".") < _LONGEST_PATH:
            yield path


def _parts(tokens: list[Token]) -> Iterator[str]:
    """The words of names and texts in small letters: `ValLoader` gives `val` and `loader`."""
    for token in tokens:
        if token.kind in ("name", "string"):
            for word in _PART.findall(token.text[:_READ]):
                if len(word) > 1 and word not in _EMPTY:
                    yield word.lower()


def _shape(tokens: list[Token], kind: str) -> str:
    """The first words of a statement: what is called, or on what a target hangs."""
    if kind in ("call", "expression", "await"):
        words = []
        for token in tokens:
            if token.text in ("(", "["):
                break
            words.append(token.text)
        return "".join(words)
    if kind in ("assign", "augment", "annotate"):
        if len(tokens) > 1 and tokens[1].text in (".", "["):
            return tokens[0].text + tokens[1].text
        if len(tokens) > 1 and tokens[1].text == ",":
            return ","
        return kind
    return kind


def _guard(tokens: list[Token], kind: str) -> str:
    """What kind of condition or iteration a header has."""
    texts = [token.text for token in tokens[1:-1]]
    if kind == "with":
        called = [a for a, b in itertools.pairwise(texts) if b == "("]
        return f"with {called[0]}" if called else "with"
    if kind not in ("if", "elif", "while", "for"):
        return kind
    if texts == ["True"]:
        return f"{kind} True"
    if kind == "for":
        called = [word for word in ("range", "enumerate", "zip", "items") if word in texts]
        return f"for {called[0]}" if called else "for"
    for word in ("isinstance", "__name__", "None", "in", "and", "or"):
        if word in texts:
            return f"{kind} {word}"
    negated = "not " if texts[:1] == ["not"] else ""
    if set(texts) & {"==", "!=", "<", ">", "<=", ">="}:
        return f"{kind} compare"
    if "(" in texts:
        return f"{kind} {negated}call"
    return f"{kind} {negated}flag"


def context_of(facts: list[Facts]) -> Context:
    """Follow the names through the statements."""
    count = len(facts)
    kinds = [fact.statement.kind for fact in facts]
    answers = _next(kinds, frozenset(["return"]), _SCOPES)
    context = Context(
        facts,
        [],
        [NEVER] * count,
        [NEVER] * count,
        [0] * count,
        [],
        _next(kinds, frozenset(["break", "continue"]), _SCOPES | {"for", "while"}),
        answers,
        _next([_with_receiver(fact) for fact in facts], frozenset(["receiver"]), _SCOPES),
        bool(answers) and answers[0] >= 0,
    )
    said: dict[str, int] = {}
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    fresh: dict[str, int] = {}
    for i, fact in enumerate(facts):
        context.same.append(said.get(fact.words, NEVER))
        said[fact.words] = i
        known = [name for name in sorted(fact.uses) if name in last]
        context.origins.append(tuple((first[name], last[name]) for name in known))
        for name in known:
            source = fresh.get(name, last[name])
            context.reach[source] = i
            context.later[last[name]] = context.later[last[name]] or i - last[name]
            if first[name] == source:
                context.made_reach[source] = i
        for name in fact.uses:
            first.setdefault(name, NEVER)
        for name in fact.binds:
            first.setdefault(name, i)
            last[name] = i
            if name not in fact.uses or name not in fresh:
                fresh[name] = i
    return context


def _with_receiver(fact: Facts) -> str:
    """The kind of a statement, "receiver" when it uses `self` or `cls`."""
    kind = fact.statement.kind
    return "receiver" if kind not in _SCOPES and fact.uses & {"self", "cls"} else kind


def _next(kinds: list[str], wanted: frozenset[str], until: frozenset[str]) -> list[int]:
    """For each statement the first of the wanted kind from it on, unless another comes first."""
    found = []
    at = NEVER
    for i in range(len(kinds) - 1, -1, -1):
        at = i if kinds[i] in wanted else NEVER if kinds[i] in until else at
        found.append(at)
    found.reverse()
    return found


def bucket(number: int) -> str:
    """A small number as it is, a larger one as the least of its group."""
    return str(number) if number < 5 else "5" if number < 8 else "8" if number < 15 else "15"
