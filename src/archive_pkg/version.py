"""The software's name and version, as packages and receipts state them.

The build reads the version from here, so that a source tree never states that of an installed copy.
"""

VERSION = "0.2.0"
SOFTWARE = f"archive-pkg {VERSION}"
__version__ = VERSION
