"""The clipboard, read with the tool that the system has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from pseudogen.errors import InputError

_SECONDS = 10
_POWERSHELL = (
    "-NoProfile",
    "-Command",
    "[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-Clipboard -Raw",
)


def read_clipboard() -> str:
    """The text on the clipboard.

    Raises:
        InputError: 'clipboard-missing' (no tool to read it), 'clipboard-failed', 'clipboard-empty'.
    """
    command = next((c for c in _commands() if shutil.which(c[0])), None)
    if command is None:
        raise InputError("clipboard-missing", tools=", ".join(c[0] for c in _commands()))
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise InputError("clipboard-failed", tool=command[0]) from None
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0 and not text:
        raise InputError("clipboard-failed", tool=command[0])
    if not text.strip():
        raise InputError("clipboard-empty")
    return text


def _commands() -> list[tuple[str, ...]]:
    """The tools of this system, the most fitting first."""
    if sys.platform == "darwin":
        return [("pbpaste",)]
    if sys.platform == "win32":
        return [("powershell", *_POWERSHELL)]
    wayland: list[tuple[str, ...]] = [("wl-paste", "--no-newline")]
    x11: list[tuple[str, ...]] = [
        ("xclip", "-selection", "clipboard", "-o"),
        ("xsel", "--clipboard", "--output"),
    ]
    own = wayland + x11 if os.environ.get("WAYLAND_DISPLAY") else x11 + wayland
    return [*own, ("powershell.exe", *_POWERSHELL)]
