"""The command line: the only room that prints, prompts, shows progress and exits."""

from archive_pkg.cli.main import app, main, run

__all__ = ["app", "main", "run"]
