"""The command line. Only this package prints, prompts, shows progress and exits."""

from archive_pkg.cli.main import app, main, run

__all__ = ["app", "main", "run"]
