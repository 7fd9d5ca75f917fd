"""The software's name and version, as packages and receipts state them."""

from importlib.metadata import version

VERSION = version("archive-pkg")
SOFTWARE = f"archive-pkg {VERSION}"
__version__ = VERSION
