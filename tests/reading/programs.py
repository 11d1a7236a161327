"""Programs for property tests: nested blocks of statements that read like code."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "loss", "model", "self", "epoch", "match", "type", "数据"])
ATOMS = st.one_of(
    NAMES,
    st.sampled_from(
        ["1", "2.5e-3", "None", "'a b'", '"if x: y"', "f'{a}'", "...", "0x1F", "'# no'"]
    ),
)


def _extend(inner):
    return st.one_of(
        st.builds("{}({})".format, NAMES, inner),
        st.builds("{}.{}".format, NAMES, NAMES),
        st.builds("{}[{}]".format, NAMES, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("[{} for a in {}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("{} + {}".format, inner, inner),
        st.builds("({} not in {})".format, NAMES, NAMES),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(lambda x: {})".format, inner),
        st.builds("-{}".format, NAMES),
    )


EXPRESSIONS = st.recursive(ATOMS, _extend, max_leaves=4)
SIMPLE = st.one_of(
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("{}.{} = {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("{} = {} if {} else {}".format, NAMES, NAMES, EXPRESSIONS, NAMES),
    st.builds("{} = not {} is not {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("{} += {}".format, NAMES, EXPRESSIONS),
    st.builds("{}({}, x={})".format, NAMES, EXPRESSIONS, EXPRESSIONS),
    st.builds("return {}".format, EXPRESSIONS),
    st.builds("raise {}".format, NAMES),
    st.builds("assert {}, {}".format, EXPRESSIONS, NAMES),
    st.builds("del {}, {}".format, NAMES, NAMES),
    st.builds("import {}, a.b as c".format, NAMES),
    st.builds("from {} import (a, b)".format, NAMES),
    st.builds("{}: int = {}".format, NAMES, EXPRESSIONS),
    st.sampled_from(["pass", "break", "continue", "return", "raise", "global a"]),
)


def _indented(lines):
    return [f"    {line}" for line in lines]


def _compound(blocks):
    def header(template, *parts):
        return st.builds(
            lambda body, *values: [template.format(*values), *_indented(body)], blocks, *parts
        )

    def branches(first, second, *parts):
        return st.builds(
            lambda one, two, *values: [
                first.format(*values),
                *_indented(one),
                second,
                *_indented(two),
            ],
            blocks,
            blocks,
            *parts,
        )

    return st.one_of(
        header("if {}:", EXPRESSIONS),
        header("for {}, b in {}:", NAMES, EXPRESSIONS),
        header("while {}:", EXPRESSIONS),
        header("with {}(a) as {}:", NAMES, NAMES),
        header("def {}(self, *a, b={}):", NAMES, EXPRESSIONS),
        header("class {}(a.b):", NAMES),
        branches("if {}:", "else:", EXPRESSIONS),
        branches("for {} in a:", "else:", NAMES),
        branches("try:", "except (A, B) as e:"),
        branches("try:", "finally:"),
        branches("if a:", "elif b:"),
    )


def _block(statements):
    return st.lists(statements, min_size=1, max_size=4).map(
        lambda parts: [line for part in parts for line in part]
    )


STATEMENTS = st.recursive(
    SIMPLE.map(lambda line: [line]), lambda inner: _compound(_block(inner)), max_leaves=12
)
PROGRAMS = _block(STATEMENTS).map(lambda lines: "\n".join(lines) + "\n")
