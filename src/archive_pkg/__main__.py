"""`python -m archive_pkg`, and the installed command, are the command line."""

import signal


def main() -> None:
    """Run the command line; see `cli.main`."""
    # Until the program can say what an interruption left, there is nothing that one could leave.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Only here: the processes of bulk work load this module, too, and not the command line.
    from archive_pkg.cli import main as begin

    begin()


if __name__ == "__main__":
    main()
