"""Broken input by the thousand: nothing may come of it but an answer or one clear error.

    python -m benchmarks.fuzz [--seconds N] [--seed N] [--case N] [ROOT...]

Takes the examples of all patterns (and the Python files under the roots), damages them and sends
them through the readers, reflow and the whole pipeline, in every language and format. Case N of a
seed is always the same; `--case` runs that one alone and shows it. Exits with 1 when a case ended
in anything but an answer or an `InputError`, took more than 20 seconds of computing, or killed
the process.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import multiprocessing
import pkgutil
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks import damage
from pseudogen import generate, patterns
from pseudogen.errors import InputError
from pseudogen.json_format import to_json
from pseudogen.languages import languages
from pseudogen.reading import read_bytes
from pseudogen.reading.reflow import ReflowError, reflow
from pseudogen.rendering import FORMATS, Options, render_document, render_pseudocode
from pseudogen.words.messages import message

SLOWEST = 20
CHUNK = 250
LONGEST = 12_000
"""Characters of a seed: many small inputs find more than a few large ones."""


def seeds(roots: list[Path]) -> list[str]:
    """The code that is damaged: the examples of the patterns, and files under `roots`."""
    found = []
    for info in pkgutil.iter_modules(patterns.__path__):
        module = importlib.import_module(f"pseudogen.patterns.{info.name}")
        for group in (getattr(module, "EXAMPLES", ()), getattr(module, "COUNTEREXAMPLES", ())):
            found += [text for example in group for text in _texts(example)]
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            found.append(path.read_bytes()[:LONGEST].decode("utf-8", "replace"))
    return [text for text in found if text.strip()]


def _texts(example: object) -> Iterator[str]:
    parts = example if isinstance(example, tuple) else (example, getattr(example, "code", None))
    yield from (part for part in parts if isinstance(part, str))


def case(corpus: list[str], seed: int, number: int) -> tuple[bytes, random.Random]:
    """Input `number` of a seed, and the chance that goes on to choose what is done with it."""
    chance = random.Random(seed * 1_000_003 + number)
    return damage.damaged(corpus, chance), chance


def run(data: bytes, chance: random.Random) -> str:
    """Everything with one input; what came of it: "read" or the key of the error."""
    with contextlib.suppress(ReflowError):
        reflow(data.decode("utf-8", "replace"))
    lang = chance.choice(sorted(languages()))
    try:
        source = read_bytes(data, "fuzz.py")
        analysis = generate.analyse_source(source, strict=chance.random() < 0.1)
        _written(analysis, lang, chance)
    except InputError as error:
        line = message(error, lang)
        if "\n" in line or not line:
            raise AssertionError(f"an error of several lines: {line!r}") from error
        return error.key
    return "read"


def _written(analysis: generate.Analysis, lang: str, chance: random.Random) -> None:
    part = generate.Part()
    options = Options(file="fuzz.py")
    for fmt, offers in FORMATS.items():
        if fmt == "terminal" or chance.random() < 0.5:
            continue
        if fmt == "json":
            to_json(generate.explanation_object(analysis, lang=lang, part=part))
        elif offers.explain:
            detail = chance.choice(["brief", "normal", "full"])
            document = generate.explain_analysis(analysis, lang=lang, detail=detail, part=part)
            _inert(render_document(document, fmt))
        code = generate.write_analysis(
            analysis,
            lang=lang,
            detail=chance.choice(["outline", "steps", "full"]),
            names=chance.choice(["code", "words"]),
            keywords=chance.choice(["local", "english"]),
            part=part,
        )
        _inert(render_pseudocode(code, fmt, options))


def _inert(text: str) -> None:
    for character in "\x1b\u202e\0":
        if character in text:
            raise AssertionError(f"U+{ord(character):04X} in the output")


def _hung(*_: object) -> None:
    raise TimeoutError(f"more than {SLOWEST} seconds of computing")


class Worker:
    """Runs cases in a process of its own, so that the end of one is only a finding."""

    def __init__(self, corpus: list[str], seed: int) -> None:
        self.corpus, self.seed = corpus, seed
        self.at = multiprocessing.Value("q", 0)
        self.outcomes: Counter[str] = Counter()
        self.failures = 0

    def chunk(self, first: int) -> int:
        """Run up to `CHUNK` cases from `first` on; the number of the next one."""
        reader, writer = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.Process(target=self._work, args=(first, writer))
        process.start()
        writer.close()
        try:
            self.outcomes += reader.recv()
            following = first + CHUNK
        except EOFError:
            following = self.at.value + 1
            self.outcomes["killed"] += 1
            print(f"seed {self.seed} case {self.at.value}: the process was killed", flush=True)
        process.join()
        self.failures = self.outcomes["killed"] + self.outcomes["failed"]
        return following

    def _work(self, first: int, writer: multiprocessing.connection.Connection) -> None:
        signal.signal(signal.SIGPROF, _hung)
        outcomes: Counter[str] = Counter()
        for number in range(first, first + CHUNK):
            self.at.value = number
            outcomes[self._one(number)] += 1
        writer.send(outcomes)

    def _one(self, number: int) -> str:
        data, chance = case(self.corpus, self.seed, number)
        signal.setitimer(signal.ITIMER_PROF, SLOWEST)
        try:
            return run(data, chance)
        except Exception:
            print(f"seed {self.seed} case {number}:", flush=True)
            traceback.print_exc(limit=-6, file=sys.stdout)
            return "failed"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)


def main(arguments: list[str]) -> int:
    """Run until the time is over, print what came of the cases, and say whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int)
    parser.add_argument("roots", nargs="*", type=Path)
    chosen = parser.parse_args(arguments)
    corpus = seeds(chosen.roots)
    if chosen.case is not None:
        data, chance = case(corpus, chosen.seed, chosen.case)
        print(data)
        print(run(data, chance))
        return 0
    worker, number, end = Worker(corpus, chosen.seed), 0, time.monotonic() + chosen.seconds
    while time.monotonic() < end:
        number = worker.chunk(number)
    print(f"{number} cases of seed {chosen.seed} from {len(corpus)} pieces of code")
    for outcome, count in worker.outcomes.most_common():
        print(f"{count:8d} {outcome}")
    return int(worker.failures > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
