"""Comments that silence a pitfall which there is not."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from tokenize import COMMENT, TokenError, generate_tokens

from pseudogen.names.blocks import mentions
from pseudogen.pitfall import NOTE, Findings, Pitfall, ignored_ids, pitfall, report


@pitfall("ignored-unknown")
def check_ids(findings: Findings) -> Iterator[Pitfall]:
    """`# pseudogen: ignore[sampler-without-epoch]`, where no pitfall has this id."""
    if not mentions(findings.script, "pseudogen:"):
        return
    from pseudogen.pitfalls import all_checkers  # which has this check among its own

    known = {checker.id for checker in all_checkers()}
    for line, comment in _comments(findings.script.tree.text):
        for name in sorted(ignored_ids(comment) - known):
            from difflib import get_close_matches  # for what is wrong alone

            near = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
            yield report(
                "ignored-unknown",
                NOTE,
                (line, line),
                "api",
                name=name,
                near=near[0] if near else None,
            )


def _comments(code: str) -> Iterator[tuple[int, str]]:
    """The comments with their lines; what a string holds is none."""
    try:
        for token in generate_tokens(StringIO(code).readline):
            if token.type == COMMENT:
                yield token.start[0], token.string
    except (TokenError, SyntaxError):
        return


_LOADER = "from torch.utils.data import DataLoader\nval = DataLoader(val_set, 8, drop_last=True)"
EXAMPLES = {
    "ignored-unknown": {
        f"{_LOADER}  # pseudogen: ignore[drop-last]\n": [(2, 2)],
        f"{_LOADER}  # pseudogen: ignore[drop-last-on-validation, made-up]\n": [(2, 2)],
    },
}
COUNTEREXAMPLES = {
    "ignored-unknown": {
        f"{_LOADER}  # pseudogen: ignore[drop-last-on-validation]\n": "that is one",
        "comment = '# pseudogen: ignore[made-up]'\n": "a string",
    },
}
