"""The command line: the only place that reads arguments, prints and exits.

Nothing heavy is imported at the top of its modules: `--help`, `--version`, completion and usage
errors need click alone.
"""

from pseudogen.cli.program import cli, main

__all__ = ["cli", "main"]
