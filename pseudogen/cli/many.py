"""What the commands do with each input: from the cache, one by one, or side by side.

Whatever the way, the results come in the order of the inputs, and one that fails takes down no
other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pseudogen.cli.complaints import BAD_INPUT, INTERNAL_FAULT, INTERRUPTED, complain
from pseudogen.cli.inputs import named, sources
from pseudogen.errors import InputError
from pseudogen.records import dataclass

if TYPE_CHECKING:
    from pseudogen.cache import Cache
    from pseudogen.reading import Source

Work = partial[Any]
"""What is done with a source: a function of a module with its options. The result must be plain
values or documents: it travels between processes, and into the cache."""

_MAGIC = frozenset("*?[")
SIDE_BY_SIDE = 12
"""From so many inputs on, processes are worth their start."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How many processes there may be, and whether results of former runs are used."""

    jobs: int | None = None
    no_cache: bool = False


@dataclass(frozen=True, slots=True)
class Worked:
    """What was made of an input, and the paths that were looked at for it, each with its state."""

    result: Any
    seen: dict[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """The results of the inputs that could be worked on, and the exit status that goes with it."""

    made: list[Any]
    status: int

    def end(self) -> None:
        """End the program with the status."""
        if self.status:
            raise click.exceptions.Exit(self.status)


def work_on(
    paths: Sequence[str], clipboard: bool, lang: str, work: Work, ways: Ways, *, whole: bool = False
) -> Done:
    """Work on all inputs.

    What went wrong is said on standard error. Where nothing was made, the program ends here, and
    also when it was interrupted and the output is wanted `whole` or not at all.
    """
    if clipboard or "-" in (paths or "-"):
        attempts = enumerate(_attempt(read, work).result for read in sources(paths, clipboard))
        return _told(dict(attempts), max(1, len(paths)), lang)
    files = _expanded(paths)
    results: dict[int, Any] = {}
    store = None if ways.no_cache else _store()
    try:
        for place, result in _with_progress(_results(files, work, ways, store), len(files)):
            results[place] = result
    except KeyboardInterrupt:
        if whole or not results:
            raise
        click.echo(f"pseudogen: interrupted ({len(results)}/{len(files)})", err=True)
        return Done(_told(results, len(files), lang).made, INTERRUPTED)
    finally:
        if store is not None:
            store.trim()
    return _told(results, len(files), lang)


def _expanded(paths: Iterable[str]) -> list[str]:
    """The files; a pattern that the shell left as it is stands for all that it matches."""
    found: list[str] = []
    for path in paths:
        matched = not _MAGIC.isdisjoint(path) and not Path(path).exists()
        found += (sorted(_glob(path)) if matched else []) or [path]
    return found


def _glob(pattern: str) -> list[str]:
    import glob

    # pathlib takes no pattern that is absolute
    return glob.glob(pattern, recursive=True)  # noqa: PTH207


def _results(
    paths: list[str], work: Work, ways: Ways, store: Cache | None
) -> Iterator[tuple[int, Any]]:
    """(Place, result or what went wrong) of all files, as they come."""
    asked: dict[int, _Asked] = {}
    states: dict[str, str] = {}
    rest: list[int] = []
    for place, path in enumerate(paths):
        one = _asked(path, work) if store is not None else None
        kept = store.get(one.key) if store is not None and one is not None else None
        if kept is not None and _as_it_was(kept[1], states):
            yield place, kept[0]
            continue
        rest.append(place)
        if one is not None:
            asked[place] = one
    for number, made in _worked([paths[place] for place in rest], work, ways):
        place = rest[number]
        one = asked.get(place)
        whole = not isinstance(made.result, InputError)
        # What was worked on is the content of the key, unless the file was changed meanwhile.
        if store is not None and one is not None and whole and _as_it_was(one.seen, {}):
            store.put(one.key, (made.result, made.seen))
        yield place, made.result


def _as_it_was(seen: dict[str, str], states: dict[str, str]) -> bool:
    """Whether all paths are in the state in which they were seen; `states` are those known now."""
    from pseudogen.projects import state_of

    for path, state in seen.items():
        if path not in states:
            states[path] = state_of(path)
        if states[path] != state:
            return False
    return True


def _worked(paths: list[str], work: Work, ways: Ways) -> Iterator[tuple[int, Worked]]:
    jobs = ways.jobs or _cores()
    if jobs == 1 or len(paths) < (2 if ways.jobs else SIDE_BY_SIDE):
        for place, path in enumerate(paths):
            yield place, _attempt_path(work, path)
        return
    from pseudogen.cli.workers import Died, side_by_side
    from pseudogen.reading import read_text

    work(read_text("x = 1\n", "<start>"))  # loads all that the workers share
    for place, result in side_by_side(paths, partial(_attempt_path, work), jobs):
        if isinstance(result, Died):
            result = Worked(InputError("worker-died", file=paths[place], status=result.status), {})
        yield place, result


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _attempt_path(work: Work, path: str) -> Worked:
    return _attempt(named(path), work)


def _attempt(read: Callable[[], Source], work: Work) -> Worked:
    """The result, or the error that it met."""
    from pseudogen.projects import watched

    name = ""
    with watched() as seen:
        try:
            source = read()
            name = source.name
            return Worked(work(source), seen)
        except InputError as error:
            return Worked(error, seen)
        except Exception as error:
            if os.environ.get("PSEUDOGEN_DEBUG"):
                raise
            reason = " ".join(f"{type(error).__name__} {error}".split())
            return Worked(InputError("internal-fault", file=name, reason=reason), seen)


def _told(results: dict[int, Any], count: int, lang: str) -> Done:
    """What was made, in order, after all errors were told, in order too."""
    made, status = [], 0
    for place in range(count):
        result = results.get(place)
        if isinstance(result, InputError):
            complain(result, lang)
            fault = INTERNAL_FAULT if result.key == "internal-fault" else BAD_INPUT
            status = fault if status in (0, BAD_INPUT) else status
        elif result is not None:
            made.append(result)
    if status and not made:
        raise click.exceptions.Exit(status)
    return Done(made, status)


def _with_progress(results: Iterator[tuple[int, Any]], count: int) -> Iterator[tuple[int, Any]]:
    """The results; on a terminal a bar grows with them."""
    if count < SIDE_BY_SIDE or not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # It draws when a result comes, not in a thread: forking and threads do not go together.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, auto_refresh=False
    ) as bar:
        task = bar.add_task("", total=count)
        for result in results:
            yield result
            bar.update(task, advance=1, refresh=True)


def _store() -> Cache | None:
    from pseudogen.cache import Cache
    from pseudogen.folders import cache_folder

    return Cache(cache_folder())


@dataclass(frozen=True, slots=True)
class _Asked:
    """The key of a result, and the state in which its file was read for it."""

    key: bytes
    seen: dict[str, str]


def _asked(path: str, work: Work) -> _Asked | None:
    """The key of the result; None for a file that can't be read, which is told later. What a file
    says depends on the folder in which it stands, whatever it is called from here."""
    from pseudogen.cache import key_of
    from pseudogen.projects import state_of
    from pseudogen.reading.files import load, script_of

    try:
        script = script_of(Path(path), path)
        seen = {os.fspath(script): state_of(os.fspath(script))}
        data = load(script, path)
    except InputError:
        return None
    question = f"{work.func.__module__} {work.func.__qualname__} {sorted(work.keywords.items())!r}"
    key = key_of(f"{question} {path!r} {os.path.realpath(path)!r}", data)
    return _Asked(key, seen)
