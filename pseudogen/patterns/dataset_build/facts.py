"""The facts of dataset-build."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetBuild(Finding):
    """Facts of a data set.

    Attributes:
        target: What receives it; None when it is passed on at once.
        also: What the same call sets beside the data sets: `args.classes`.
        function: The class or function that makes it, as written.
        besides: What makes the others of several.
        several: Whether what receives it holds several things, as a list does.
        form: "subset", "split", "concatenation", "tensors", "folder", "arrays" or "tf" where the
            library's row says so; None otherwise.
        split: "training" or "validation", the part of the data; None when names don't tell.
        source: What it is made from: the first argument, as written.
        chosen: What else says which data is loaded: a configuration, files, a split, as written.
        transform: What is done to each sample, as written; None when not given.
        train: The `train` argument, as written; None when not given.
        download: Whether it is downloaded if missing, as written; None when not given.
        lengths: The sizes of the parts, for a split.
        seed: The seed that a random split is made with.
        chosen_by: `test` of `Folder(root) if test else Archive(root)`.
        condition: The condition under which it is made.
    """

    pattern: ClassVar[str] = "dataset-build"

    target: str | None = None
    also: tuple[str, ...] = ()
    function: str
    besides: tuple[str, ...] = ()
    several: bool = False
    form: str | None = None
    split: str | None = None
    source: str | None = None
    chosen: tuple[str, ...] = ()
    transform: str | None = None
    train: str | None = None
    download: str | None = None
    lengths: str | None = None
    seed: str | None = None
    chosen_by: str | None = None
    condition: str | None = None
