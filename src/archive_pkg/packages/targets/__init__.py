"""Targets: the requirements of repositories as data, and packages made for them."""

from archive_pkg.packages.targets.making import build_for, why_not
from archive_pkg.packages.targets.requirements import blockers
from archive_pkg.packages.targets.target import TARGETS, Target, find_target

__all__ = ["TARGETS", "Target", "blockers", "build_for", "find_target", "why_not"]
