"""`pseudogen cache`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pseudogen.errors import InputError

if TYPE_CHECKING:
    from pseudogen.cache import Cache


@click.group(epilog="Example: pseudogen cache clear")
def cache() -> None:
    """Look at the results kept from former runs, or let go of them.

    They lie in your cache folder, or where PSEUDOGEN_CACHE says.
    """


@cache.command()
def info() -> None:
    """Show where the results are, how many, and what they take."""
    from pseudogen.cache import LIMIT_BYTES, Cache
    from pseudogen.folders import cache_folder

    kept = Cache(cache_folder())
    count, size = kept.size()
    _tell_fault(kept)
    click.echo(f"{kept.folder}: {count} ({size / 1e6:.1f} of {LIMIT_BYTES / 1e6:.0f} MB)")


@cache.command()
def clear() -> None:
    """Let go of all results."""
    from pseudogen.cache import Cache
    from pseudogen.folders import cache_folder

    kept = Cache(cache_folder())
    kept.clear()
    _tell_fault(kept)


def _tell_fault(kept: Cache) -> None:
    """Whoever asks for the cache itself is told that it can't be used; other commands do without.

    Raises:
        InputError: 'cache-unusable'.
    """
    if kept.fault is not None:
        raise InputError("cache-unusable", folder=str(kept.folder), reason=kept.fault)
