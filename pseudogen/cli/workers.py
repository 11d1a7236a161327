"""Processes that work on inputs side by side, one input at a time each.

A worker that dies takes down the one input that it had; another one takes its place.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from pseudogen.records import dataclass

Attempt = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Died:
    """The worker of an input died; `status` is its exit status, negative for a signal."""

    status: int | None


def side_by_side(paths: list[str], attempt: Attempt, jobs: int) -> Iterator[tuple[int, Any]]:
    """(Place in `paths`, what `attempt` gave for it) as they come; `Died` where its worker died."""
    gc.freeze()  # what is there already is shared with the workers, as long as nobody touches it
    # Forking shares all that is loaded; elsewhere forking is not safe, or not there.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    waiting = deque(enumerate(paths))
    workers: dict[Any, _Worker] = {}

    def start() -> bool:
        try:
            with _uninterrupted():
                worker = _Worker(context, attempt)
                workers[worker.connection] = worker
        except OSError:  # there is no room for one more
            return False
        worker.give(waiting.popleft())
        return True

    with _ended_in_order():
        try:
            while waiting and len(workers) < jobs and start():
                pass
            while workers:
                for ready in wait(list(workers)):
                    worker = workers[ready]
                    yield worker.take()
                    if waiting and worker.give(waiting[0]):
                        waiting.popleft()
                        continue
                    workers.pop(ready).stop()
                    if waiting:
                        start()
            for place, path in waiting:  # of which no process could be started
                yield place, attempt(path)
        finally:
            for worker in workers.values():
                worker.kill()


class _Worker:
    """A process and the input that it has."""

    def __init__(self, context: Any, attempt: Attempt) -> None:
        self.connection, theirs = context.Pipe()
        ours = self.connection if context.get_start_method() == "fork" else None
        arguments = (theirs, ours, attempt)
        self.process = context.Process(target=_serve, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    def give(self, task: tuple[int, str]) -> bool:
        """Hand over an input; False where the worker is gone."""
        self.place, path = task
        return self._send(path)

    def take(self) -> tuple[int, Any]:
        """What became of the input."""
        try:
            return self.place, self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            self.connection.close()
            return self.place, Died(self.process.exitcode)

    def stop(self) -> None:
        """There is nothing more to do."""
        self._send(None)
        self.process.join()

    def kill(self) -> None:
        """At once, whatever it is doing."""
        self.process.kill()
        self.process.join()

    def _send(self, path: str | None) -> bool:
        with _broken_pipe_told():
            try:
                self.connection.send(path)
            except OSError:
                return False
        return True


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits: a process must not start without anybody knowing it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """A signal that ends the program ends its workers first: each would go on with the input that
    it has, and keep the output of the program open."""
    signals = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
    ending = [one for one in signals if one and signal.getsignal(one) is signal.SIG_DFL]
    for one in ending:
        signal.signal(one, _end)
    try:
        yield
    finally:
        for one in ending:
            signal.signal(one, signal.SIG_DFL)


def _end(number: int, _: Any) -> None:
    raise SystemExit(128 + number)  # the status that a shell gives to it


@contextmanager
def _broken_pipe_told() -> Iterator[None]:
    """Who writes to a process that is gone is told so; by the signal, which ends a program whose
    reader has gone, it would end the whole run."""
    if not hasattr(signal, "SIGPIPE"):
        yield
        return
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGPIPE, before)


def _serve(connection: Connection, ours: Connection | None, attempt: Attempt) -> None:
    """A worker's life: it ends with None, or with the process that started it."""
    if ours is not None:
        ours.close()  # a copy of the other end, which would keep the pipe open for ever
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started it
    with suppress(EOFError, OSError):
        while (path := connection.recv()) is not None:
            connection.send(attempt(path))
