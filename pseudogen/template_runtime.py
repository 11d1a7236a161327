"""Templates at work: modules of plain Python, as the compiler (`template_code.py`) writes them.

Compiled templates lie in the cache folder of the user, and Jinja is loaded only when one has to be
compiled: where it was not compiled before, or it or the compiler changed.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any, cast
from zlib import crc32

from pseudogen import __version__
from pseudogen.folders import own_folder, own_temporary_folder
from pseudogen.languages import template_root


class Templates:
    """Templates that share filters and tests, each a namespace of its macros and of what it sets.

    `marks` are filters that set a text between two others; what templates of `escaped` show is
    escaped for HTML.
    """

    def __init__(
        self,
        filters: Mapping[str, Callable[..., Any]],
        tests: Mapping[str, Callable[..., Any]] | None = None,
        marks: Mapping[str, tuple[str, str]] | None = None,
        escaped: Collection[str] = (),
    ) -> None:
        self.filters = FILTERS | dict(filters)
        self.tests = dict(tests or {})
        self.marks = dict(marks or {})
        self.escaped = tuple(escaped)
        self._spaces: dict[str, dict[str, Any]] = {}

    def module(self, name: str) -> SimpleNamespace:
        """What the template of that name defines for others; each template is run once."""
        space = self._space(name)
        module: SimpleNamespace = space["__module"]
        return module

    def keywords(self, name: str) -> dict[str, list[str]]:
        """Macro -> the texts that it marks as keywords; "" for those outside of macros."""
        found: dict[str, list[str]] = self._space(name)["__keywords"]
        return found

    def _space(self, name: str) -> dict[str, Any]:
        known = self._spaces.get(name)
        if known is not None:
            return known
        space: dict[str, Any] = {
            **{f"__filter_{key}": value for key, value in self.filters.items()},
            **{f"__is_{key}": value for key, value in self.tests.items()},
            "namespace": SimpleNamespace,
            "__loop": Loop,
            "__template": self.module,
            "__file": _file,
        }
        if name in self.escaped:
            import markupsafe

            space |= {"__escape": markupsafe.escape, "__markup": markupsafe.Markup}
        exec(self._code(name), space)
        space["__module"] = SimpleNamespace(**{key: space[key] for key in space["__names"]})
        return self._spaces.setdefault(name, space)

    def _code(self, name: str) -> CodeType:
        """The code of a template: as it was kept, else compiled now and kept."""
        path = template_root() / name
        place, state = _place(name), self._state(path)
        with suppress(OSError, EOFError, ValueError, TypeError):
            if place is not None:
                before, code = marshal.loads(place.read_bytes())
                if before == state:
                    return cast(CodeType, code)
        from pseudogen.template_code import Dialect, compiled

        dialect = Dialect(self.filters, self.tests, self.marks, self.escaped)
        code = compiled(path.read_text(encoding="utf-8"), name, dialect)
        if place is not None:
            _keep(place, marshal.dumps((state, code)))
        return code

    def _state(self, path: Path) -> Any:
        """All that the code of a template depends on, as plain values."""
        status = path.stat()
        given = (sorted(self.filters), sorted(self.tests), self.marks, self.escaped)
        return _compiler(), given, status.st_size, status.st_mtime_ns


def _place(name: str) -> Path | None:
    """The file for the code of a template; each installation has its own."""
    folder = _compiled_folder()
    if folder is None:
        return None
    return folder / f"{name.replace('/', '-')}-{crc32(os.fsencode(template_root())):08x}"


@cache
def _compiled_folder() -> Path | None:
    """In the cache folder of the user, where they outlive the next start of the machine, else in
    its folder for what is temporary; None where neither is safe: then each run compiles them."""
    return own_folder("templates") or own_temporary_folder("templates")


@cache
def _compiler() -> tuple[object, ...]:
    """What stands for the compiler and for the Python whose code it makes."""
    with os.scandir(Path(__file__).with_name("template_code")) as files:
        found = sorted((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files)
    return __version__, MAGIC_NUMBER, [file for file in found if file[0].endswith(".py")]


def _keep(place: Path, data: bytes) -> None:
    """Write a file, whole or not at all; a folder that is full is no fault."""
    from tempfile import NamedTemporaryFile

    with suppress(OSError):
        with NamedTemporaryFile(dir=place.parent, delete=False) as written:
            written.write(data)
        Path(written.name).replace(place)


def _file(name: str) -> str:
    """A file beside the templates, without the end of its last line."""
    return (template_root() / name).read_text(encoding="utf-8").removesuffix("\n")


class Loop:
    """What templates call `loop`, over things that are known before it begins."""

    __slots__ = ("_things", "index0")

    def __init__(self, things: Iterable[Any]) -> None:
        self._things = list(things)
        self.index0 = 0

    def __iter__(self) -> Iterator[tuple[Any, Loop]]:
        for place, thing in enumerate(self._things):
            self.index0 = place
            yield thing, self

    @property
    def index(self) -> int:
        """The number of the round, from 1 on."""
        return self.index0 + 1

    @property
    def revindex(self) -> int:
        """How many rounds are left, with this one."""
        return len(self._things) - self.index0

    @property
    def first(self) -> bool:
        """Whether it is the first round."""
        return self.index0 == 0

    @property
    def last(self) -> bool:
        """Whether it is the last round."""
        return self.index0 == len(self._things) - 1

    @property
    def previtem(self) -> Any:
        """What the round before is about; not in the first one."""
        return self._things[self.index0 - 1]

    @property
    def nextitem(self) -> Any:
        """What the next round is about; not in the last one."""
        return self._things[self.index0 + 1]


def _whole(number: Any) -> int:
    """A number, or what it is written as, without its fraction; 0 for everything else."""
    with suppress(TypeError, ValueError):
        return int(number)
    with suppress(TypeError, ValueError, OverflowError):
        return int(float(number))
    return 0


def _joined(parts: Iterable[Any], between: str = "") -> str:
    return between.join(map(str, parts))


def _unique(items: Iterable[Any]) -> list[Any]:
    """Each item once; the first of texts that differ in upper and lower case alone."""
    found: dict[Any, Any] = {}
    for item in items:
        found.setdefault(item.lower() if isinstance(item, str) else item, item)
    return list(found.values())


def _batch(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


FILTERS: dict[str, Callable[..., Any]] = {
    "batch": _batch,
    "capitalize": lambda text: str(text).capitalize(),
    "first": lambda items: next(iter(items)),
    "int": _whole,
    "join": _joined,
    "last": lambda items: items[-1],
    "length": len,
    "list": list,
    "lower": lambda text: str(text).lower(),
    "max": max,
    "replace": lambda text, *how: str(text).replace(*how),
    "string": str,
    "trim": lambda text: str(text).strip(),
    "unique": _unique,
    "upper": lambda text: str(text).upper(),
}
"""Those of Jinja's filters that templates use, beside `map`, `select`, `reject`, `selectattr` and
`rejectattr`, of which the compiler makes comprehensions."""
