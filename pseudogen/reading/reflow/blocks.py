"""Open blocks, as the search goes through the statements."""

from __future__ import annotations

from typing import NamedTuple


class Twin(NamedTuple):
    """The block of the branch before: its header and how many statements it holds."""

    header: int
    children: int


class Block(NamedTuple):
    """An open block: its header, the first header of its compound statement, what it holds.

    `key` stands for the block and all blocks around it; `twin` is None for a first block.
    """

    header: int
    chain: int
    children: int
    parent: Block | None
    depth: int
    key: int
    twin: Twin | None = None
