"""Start the command line, for `python -m archive_pkg` and for the installed command."""

import signal


def main() -> None:
    """Run the command line; see `cli.main`."""
    # While modules load, nothing has been written yet: Ctrl-C may end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Worker processes import this module, too, but do not need the command line.
    from archive_pkg.cli import main as begin

    begin()


if __name__ == "__main__":
    main()
