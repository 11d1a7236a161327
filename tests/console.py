"""The `console` blocks of a Markdown file: commands, and what they really print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"```console\n(.*?)```", re.S)


def with_outputs(markdown: str) -> str:
    """The text with the output of each `$ command` behind it, as it is now."""
    return _BLOCK.sub(lambda block: f"```console\n{_run_all(block[1])}```", markdown)


def _run_all(block: str) -> str:
    commands = [line for line in block.split("\n") if line.startswith("$ ")]
    return "\n".join(f"{command}\n{_run(command[2:])}" for command in commands)


def _run(command: str) -> str:
    """Standard output of a shell command in the root of the checkout."""
    shell = f'pseudogen() {{ "{sys.executable}" -m pseudogen "$@"; }}\n{command}'
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PSEUDOGEN", "LC_", "LANG"))}
    done = subprocess.run(
        ["bash", "-c", shell], cwd=ROOT, env=clean, check=True, capture_output=True, text=True
    )
    return done.stdout
