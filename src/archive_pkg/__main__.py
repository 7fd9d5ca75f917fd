"""`python -m archive_pkg` is the command line."""

from archive_pkg.cli import main

if __name__ == "__main__":
    main()
