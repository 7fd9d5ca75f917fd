"""Verify that a bag is complete and valid (RFC 8493, 3), and report all faults."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archive_pkg.bags import names
from archive_pkg.bags.archives.findings import BadArchiveError
from archive_pkg.bags.archives.opening import open_tree
from archive_pkg.bags.bag import Bag, BagTree, BoundedReport, load
from archive_pkg.bags.manifests import ALGORITHM_WEAK, Manifest, empty_manifest
from archive_pkg.bags.tagfiles import DECLARATION
from archive_pkg.errors import UsageError
from archive_pkg.fixity import ALGORITHMS, Tally
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.reports import Code, Location, Report, Severity, counted
from archive_pkg.storage import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from archive_pkg.bags.digesting import Digesting, Digests
    from archive_pkg.bags.profiles import Profile
    from archive_pkg.paths import StrPath

_log = logger(__name__)

PAYLOAD_FOLDER_MISSING = Code(
    "payload-folder-missing",
    Severity.ERROR,
    "The bag does not have a folder data/ for its payload.",
    "RFC 8493, 2.1.2",
)
MANIFEST_MISSING = Code(
    "manifest-missing",
    Severity.ERROR,
    "There is no payload manifest.",
    "RFC 8493, 2.1.3",
)
NOTHING_CHECKABLE = Code(
    "manifest-none-checkable",
    Severity.ERROR,
    "archive-pkg knows none of the algorithms of the payload manifests, so the payload cannot be "
    "checked.",
    "RFC 8493, 3",
)
PAYLOAD_MISSING = Code(
    "payload-file-missing",
    Severity.ERROR,
    "A manifest lists a payload file that does not exist.",
    "RFC 8493, 3",
)
PAYLOAD_UNFETCHED = Code(
    "payload-file-unfetched",
    Severity.ERROR,
    "A payload file has not been fetched yet. fetch.txt has its address.",
    "RFC 8493, 2.2.3",
)
PAYLOAD_UNLISTED = Code(
    "payload-file-unlisted",
    Severity.ERROR,
    "A payload file is in no manifest, or (from version 1.0 on) not in every payload manifest.",
    "RFC 8493, 3",
)
PAYLOAD_MISMATCH = Code(
    "payload-digest-mismatch",
    Severity.ERROR,
    "A payload file does not match its digest in a manifest.",
    "RFC 8493, 3",
)
TAG_FILE_MISSING = Code(
    "tag-file-missing",
    Severity.ERROR,
    "A tag manifest lists a tag file that does not exist.",
    "RFC 8493, 3",
)
TAG_FILE_MISMATCH = Code(
    "tag-digest-mismatch",
    Severity.ERROR,
    "A tag file does not match its digest in a tag manifest.",
    "RFC 8493, 3",
)
TAG_FILE_UNLISTED = Code(
    "tag-file-unlisted",
    Severity.ADVICE,
    "A tag file is not in any tag manifest, so a change to it is not noticed.",
    "RFC 8493, 2.2.1",
)
MANIFEST_UNLISTED = Code(
    "tagmanifest-lacks-manifest",
    Severity.ERROR,
    "A tag manifest does not list every payload manifest.",
    "RFC 8493, 2.2.1",
)
MANIFEST_UNLISTED_OLD = Code(
    "tagmanifest-lacks-manifest-old",
    Severity.WARNING,
    "A tag manifest of a bag before version 1.0 does not list every payload manifest.",
    "RFC 8493, 2.2.1",
)
OXUM_MALFORMED = Code(
    "payload-oxum-malformed",
    Severity.ERROR,
    "Payload-Oxum is not 'bytes.files'.",
    "RFC 8493, 2.2.2",
)
OXUM_REPEATED = Code(
    "payload-oxum-repeated",
    Severity.ERROR,
    "Payload-Oxum is in bag-info.txt more than once.",
    "RFC 8493, 2.2.2",
)
OXUM_MISMATCH = Code(
    "payload-oxum-mismatch",
    Severity.ERROR,
    "The payload's bytes and files differ from Payload-Oxum.",
    "RFC 8493, 2.2.2",
)
OXUM_MISSING = Code(
    "payload-oxum-missing",
    Severity.ERROR,
    "bag-info.txt has no Payload-Oxum, so `bag verify --fast` has nothing to compare.",
    "RFC 8493, 2.2.2",
)
DATE_MALFORMED = Code(
    "bagging-date-malformed",
    Severity.WARNING,
    "Bagging-Date is not YYYY-MM-DD.",
    "RFC 8493, 2.2.2",
)
NAMES_ALIKE = Code(
    "payload-names-alike",
    Severity.WARNING,
    "Payload files have names that are the same on some file systems (letter case, Unicode "
    "normalization). One file would overwrite the other there.",
    "RFC 8493, 6",
)
OTHER_NORMALIZATION = Code(
    "path-normalized-otherwise",
    Severity.WARNING,
    "A manifest writes a file's name in a Unicode normalization form that differs from the file's.",
    "RFC 8493, 6",
)
UNFETCHED_UNLISTED = Code(
    "fetch-path-unlisted",
    Severity.ERROR,
    "fetch.txt names a file that is not in every payload manifest (before version 1.0: in none).",
    "RFC 8493, 2.2.3",
)
NOT_A_BAG = Code(
    "bag-unreadable",
    Severity.ERROR,
    "There is no bag here: neither a folder nor an archive that can be read.",
    "RFC 8493, 2",
)

_VALIDITY_ONLY = {
    code.code for code in (PAYLOAD_MISMATCH, TAG_FILE_MISMATCH, OXUM_MISMATCH, OXUM_MISSING)
}
"""A bag with only these errors is complete, but not valid."""

Checks = Literal["everything", "completeness", "payload-oxum"]
"""How much of a bag is checked.

"everything" is validation. "completeness" compares the manifests with the files that exist and
Payload-Oxum with their sizes, but no checksums. "payload-oxum" compares Payload-Oxum only.
"""


@dataclass(slots=True)
class Verdict:
    """The result of verifying a bag.

    Attributes:
        path: The bag's path as the caller gave it.
        report: All findings.
        complete: Whether the bag is complete (RFC 8493, 3); None if that was not determined.
        valid: Whether the bag is valid (RFC 8493, 3): it is complete, and all files match the
            digests of all manifests. None if what was checked is right, but not all was checked.
        files: Number of payload files.
        size: Size of the payload in bytes.
        conforms: Whether the bag conforms to the profile; None if no profile was given, or if the
            bag could not be read.
        bag: The bag as read; None if it could not be read.
        uncovered: Files without a digest to compare, except the tag manifests.
        checked: How much was checked.
    """

    path: str
    report: Report = field(default_factory=BoundedReport)
    complete: bool | None = False
    valid: bool | None = False
    files: int = 0
    size: int = 0
    conforms: bool | None = None
    bag: Bag | None = None
    uncovered: list[str] = field(default_factory=list)
    checked: Checks = "everything"


def verify(
    path: StrPath,
    *,
    checks: Checks = "everything",
    profile: Profile | None = None,
    second_opinion: bool = False,
    named: StrPath = "",
    jobs: int | None = None,
    progress: Callable[[Tally], None] | None = None,
) -> Verdict:
    """Verify a bag, by default by all rules and all digests of all manifests (RFC 8493, 3).

    Nothing outside the bag is opened, links are not followed, and nothing is fetched or written.

    Args:
        path: A bag's folder, or a zip, tar, tgz or tar.zst of one, which is not unpacked.
        checks: How much to check. Only "everything" can find a bag valid, and "payload-oxum" cannot
            even find it complete (RFC 8493, 2.2.2).
        profile: A profile that the bag must also conform to (see `load_profile`).
        second_opinion: Whether to run bagit-python, too, and report if it disagrees.
        named: The path to name in findings, if the bag has not been moved to its destination yet.
        jobs: How many files to read at a time; None means one per processor.
        progress: Called now and then with what is done so far.

    Returns:
        The verdict. An invalid or unreadable bag does not raise: its faults are in the report.

    Raises:
        UsageError: A second opinion, or a profile with "payload-oxum", if not all is checked.
    """
    if checks != "everything" and (second_opinion or (profile and checks == "payload-oxum")):
        what = _("a second opinion") if second_opinion else _("a profile")
        raise UsageError(
            _("{what} needs more than {checks}", what=what, checks=checks),
            _("Check everything, or leave the other option out."),
        )
    path = Path(path)
    _log.info("verifying %s", path)
    verdict = Verdict(str(named or path), checked=checks)
    try:
        with open_tree(path) as tree:
            bag = _verify(tree, verdict, jobs, progress)
            _conclude(verdict)
            if profile is not None:
                _compare_with(profile, bag, tree, verdict)
    except BadArchiveError as error:
        verdict.report.add(error.finding)
    except OSError as error:
        meaning, hint = describe(error)
        verdict.report.add(
            NOT_A_BAG.at(Location(str(path)), _("cannot be read: {meaning}", meaning=meaning), hint)
        )
    if second_opinion:
        from archive_pkg.bags.second_opinion import bagit_python

        verdict.report.extend(bagit_python(path, verdict.report, verdict.valid is True))
    return verdict


def _conclude(verdict: Verdict) -> None:
    report = verdict.report
    if isinstance(report, BoundedReport):
        report.close()
    codes = {finding.code for finding in report.errors}
    verdict.complete = codes <= _VALIDITY_ONLY
    verdict.valid = not codes
    if verdict.checked == "payload-oxum":
        verdict.complete = None if verdict.complete else False
    if verdict.checked != "everything" and codes <= {OXUM_MISSING.code}:
        verdict.valid = None


def _verify(
    tree: BagTree,
    verdict: Verdict,
    jobs: int | None,
    progress: Callable[[Tally], None] | None,
) -> Bag:
    listing = tree.listing()
    payload = [path for path in listing.files if path.startswith("data/")]
    # The manifests' names give the algorithms, so workers can digest the payload while this
    # process reads the manifests.
    kinds = [empty_manifest(path, Report()) for path in listing.files if "/" not in path]
    wanted = {kind.algorithm for kind in kinds if kind and not kind.of_tags}
    checked = verdict.checked
    with contextlib.ExitStack() as stack:
        digesting = None
        if checked == "everything":
            names = sorted(wanted & ALGORITHMS.keys())
            digesting = stack.enter_context(tree.digesting(payload, names, jobs))
        bag = load(tree, verdict.path, listing, only_info=checked == "payload-oxum")
        verdict.bag = bag
        verdict.report = bag.report
        work = _Verification(bag, tree, verdict, progress)
        if checked == "payload-oxum":
            work.only_oxum()
            return bag
        work.all(digesting, tag_files=checked == "everything")
    return bag


def find_faults(bag: Bag, tree: BagTree) -> Report:
    """Check that a bag is complete, and that its tag files match their digests.

    Args:
        bag: The bag as read. Its manifests can be fewer than those in the files.
        tree: The bag's files.

    Returns:
        The bag's report, with the new findings.

    Raises:
        OSError: The size of a file is unknown.
    """
    verdict = Verdict(bag.path, bag.report, bag=bag, checked="completeness")
    _Verification(bag, tree, verdict, None).all(None, tag_files=True)
    return bag.report


def _compare_with(profile: Profile, bag: Bag, tree: BagTree, verdict: Verdict) -> None:
    from archive_pkg.bags.profiles import check

    findings = list(check(profile, bag, tree, tree.kind))
    verdict.report.extend(findings)
    verdict.conforms = all(finding.severity is not Severity.ERROR for finding in findings)


def _size(size: int, files: int) -> str:
    return _("{bytes} in {files}", bytes=counted(size, "byte"), files=counted(files, "file"))


def include_command(bag: Bag, paths: Sequence[str]) -> str:
    """Return the command that lists files in the manifests of a bag.

    Args:
        bag: The bag.
        paths: The files. If there are several, the command has PATH, to be replaced by each.
    """
    path = shlex.quote(paths[0]) if len(paths) == 1 else "PATH"
    return f"archive-pkg bag update {shlex.quote(bag.path)} --include {path}"


class _Verification:
    """The verification of one bag."""

    def __init__(
        self,
        bag: Bag,
        tree: BagTree,
        verdict: Verdict,
        progress: Callable[[Tally], None] | None,
    ) -> None:
        self.bag = bag
        self.tree = tree
        self.verdict = verdict
        self.add = bag.report.add
        self.strict = bag.declaration.number >= (1, 0)
        self.progress = progress
        self.oxum = self._oxum()

    def all(self, digesting: Digesting | None, *, tag_files: bool) -> None:
        """Check everything, but digests only of tag files if asked and of a payload if given."""
        self.structure()
        self.tag_files(hashed=tag_files)
        self.payload(digesting)
        self.metadata()

    def structure(self) -> None:
        """Check that data/ and a usable payload manifest exist."""
        bag = self.bag
        if bag.listing.truncated:
            return  # missing files may be in the part that could not be read
        has_payload = "data" in bag.listing.folders
        if not (has_payload or bag.manifests or DECLARATION in bag.listing.files):
            return  # not a bag at all, as the finding about bagit.txt says
        if not has_payload:
            self.add(
                PAYLOAD_FOLDER_MISSING.at(
                    Location("data"), _("is missing"), _("Add data/, even if it is empty.")
                )
            )
        known = [name for name in bag.manifests if name in ALGORITHMS]
        if not bag.manifests:
            self.add(MANIFEST_MISSING.at(Location(""), _("there is no manifest")))
        elif not known:
            self.add(
                NOTHING_CHECKABLE.at(
                    Location(next(iter(bag.manifests.values())).name),
                    _(
                        "uses an algorithm that archive-pkg does not know, as do all other "
                        "manifests"
                    ),
                    _("Add a manifest for sha512."),
                )
            )
        elif all(ALGORITHMS[name].weak for name in known):
            self.add(
                ALGORITHM_WEAK.at(
                    Location(bag.manifests[known[0]].name),
                    _("uses a weak algorithm, and there is no manifest for a stronger one"),
                    _("Add a manifest for sha512 (archive-pkg bag upgrade)."),
                )
            )

    def only_oxum(self) -> None:
        """Compare Payload-Oxum with the sizes of the payload files."""
        self.verdict.files = len(self.bag.payload)
        self.verdict.size = sum(self.tree.sizes(self.bag.payload))
        if not self.bag.values("Payload-Oxum"):
            self.add(
                OXUM_MISSING.at(
                    Location("bag-info.txt", field="Payload-Oxum"),
                    _("is missing, so there is nothing to compare"),
                    _("Use --completeness-only, or verify everything."),
                )
            )
        self._compare_oxum("Files are missing, added or changed. Verify everything to see which.")

    def tag_files(self, *, hashed: bool) -> None:
        """Compare the tag manifests with the tag files, and their digests if asked."""
        bag = self.bag
        files = bag.tag_files
        present = set(files)
        listed: set[str] = set()
        wanted: dict[str, Mapping[str, bytes]] = {}
        for manifest in bag.tag_manifests.values():
            resolved = self._resolve(manifest, present)
            missing = [path for path in resolved if path not in present]
            self._missing(TAG_FILE_MISSING, manifest, missing)
            lacking = [each.name for each in bag.manifests.values() if each.name not in resolved]
            for name in lacking if manifest.is_complete else ():
                code = MANIFEST_UNLISTED if self.strict else MANIFEST_UNLISTED_OLD
                self.add(
                    code.at(
                        Location(manifest.name), _("does not list {name}", name=name), _("Add it.")
                    )
                )
            if manifest.algorithm in ALGORITHMS:
                listed |= resolved.keys()
                wanted[manifest.algorithm] = resolved
        if hashed:
            checked = [path for path in files if path in listed]
            with self.tree.digesting(checked, wanted, 1) as digesting:
                digests = digesting.finish(lambda files, size: None)
            self._mismatches(TAG_FILE_MISMATCH, digests, bag.tag_manifests, wanted)
        tag_manifests = {manifest.name for manifest in bag.tag_manifests.values()}
        uncovered = [path for path in files if path not in listed and path not in tag_manifests]
        self.verdict.uncovered += uncovered
        if bag.tag_manifests and all(one.is_complete for one in bag.tag_manifests.values()):
            for path in uncovered:
                self.add(
                    TAG_FILE_UNLISTED.at(
                        Location(path),
                        _("is not in any tag manifest"),
                        _("Add it: {bag}", bag=include_command(bag, uncovered)),
                    )
                )

    def payload(self, digesting: Digesting | None) -> None:
        """Compare the payload manifests with the payload, and its digests if there are any."""
        bag = self.bag
        files = bag.payload
        present = set(files)
        wanted: dict[str, Mapping[str, bytes]] = {}
        resolved: dict[str, Mapping[str, bytes]] = {}
        unlisted: dict[str, list[str]] = defaultdict(list)
        fetched = {line.path for line in bag.fetch}
        for manifest in bag.manifests.values():
            digests = self._resolve(manifest, present)
            if manifest.is_complete:
                resolved[manifest.name] = digests
            if manifest.algorithm in ALGORITHMS:
                wanted[manifest.algorithm] = digests
            if digests.keys() == present:
                continue
            missing = digests.keys() - present
            self._missing(PAYLOAD_UNFETCHED, manifest, sorted(missing & fetched))
            self._missing(PAYLOAD_MISSING, manifest, sorted(missing - fetched))
            for path in present - digests.keys() if manifest.is_complete else ():
                unlisted[path].append(manifest.name)
        self._unlisted(files, unlisted)
        self.verdict.uncovered += sorted(present.difference(*wanted.values()))
        self._fetch(resolved)
        self._names_alike(files, present)
        self.verdict.files = len(files)
        if digesting is None:
            self.verdict.size = sum(self.tree.sizes(files))
            return
        tally = Tally(all_files=len(files), all_size=self.oxum[0] if self.oxum else None)

        def tick(more_files: int, more_bytes: int) -> None:
            tally.files += more_files
            tally.size += more_bytes
            if self.progress is not None:
                self.progress(tally)

        done = digesting.finish(tick)
        self._mismatches(PAYLOAD_MISMATCH, done, bag.manifests, wanted)
        self.verdict.size = sum(size for size in done.sizes() if size > 0)

    def metadata(self) -> None:
        """Compare Payload-Oxum with the payload, and check the form of the bagging date."""
        present = set(self.bag.payload)
        if all(line.path in present for line in self.bag.fetch):
            hint = _("See the other findings for the files that are missing, added or changed.")
            if self.verdict.checked != "everything" and self.bag.report.ok:
                hint = _("A file has changed. Verify everything to see which.")
            self._compare_oxum(hint)
        label = "packing-date" if self.bag.declaration.number < (0, 96) else "bagging-date"
        for tag in self.bag.tags:
            if tag.label.lower() == label and not _is_date(tag.value):
                self.add(
                    DATE_MALFORMED.at(
                        Location(self.bag.info_name, line=tag.line, field=tag.label),
                        _("{value!r} is not a date", value=tag.value),
                        _("Write YYYY-MM-DD."),
                    )
                )

    def _compare_oxum(self, hint: str) -> None:
        actual = (self.verdict.size, self.verdict.files)
        if not self.bag.listing.truncated and self.oxum and self.oxum != actual:
            self.add(
                OXUM_MISMATCH.at(
                    self._place("payload-oxum"),
                    _(
                        "states {size}, but the payload has {size2}",
                        size=_size(*self.oxum),
                        size2=_size(*actual),
                    ),
                    hint,
                )
            )

    def _oxum(self) -> tuple[int, int] | None:
        values = self.bag.values("Payload-Oxum")
        if len(values) > 1:
            self.add(
                OXUM_REPEATED.at(
                    self._place("payload-oxum"),
                    _("Payload-Oxum is there {values} times", values=len(values)),
                )
            )
        if not values:
            return None
        found = re.fullmatch(r"([0-9]{1,20})\.([0-9]{1,20})", values[0])
        if found is None:
            self.add(
                OXUM_MALFORMED.at(
                    self._place("payload-oxum"),
                    _("{values!r} is not a Payload-Oxum", values=values[0][:60]),
                    _("Write bytes, a dot, and the number of files: 279164409832.1198."),
                )
            )
            return None
        return int(found[1]), int(found[2])

    def _place(self, label: str) -> Location:
        for tag in self.bag.tags:
            if tag.label.lower() == label:
                return Location(self.bag.info_name, line=tag.line, field=tag.label)
        return Location(self.bag.info_name)

    def _resolve(self, manifest: Manifest, present: set[str]) -> Mapping[str, bytes]:
        """Return the manifest's digests by the actual paths of the files.

        A name in a different normalization form is accepted with a warning.
        """
        digests = manifest.digests
        if digests.keys() == present:
            return digests
        missing = digests.keys() - present
        forms: dict[str, list[str]] = defaultdict(list)
        for path in present - digests.keys():
            forms[names.composed(path)].append(path)
        renamed = {}
        lines = manifest.lines_of(missing)
        for path in sorted(missing):
            alike = forms.get(names.composed(path), [])
            if len(alike) == 1:
                renamed[path] = alike.pop()
                self.add(
                    OTHER_NORMALIZATION.at(
                        Location(manifest.name, line=lines[path]),
                        _(
                            "{path!r} is the file {renamed!r} in a different normalization form",
                            path=path,
                            renamed=renamed[path],
                        ),
                        _("Write the name in the file's form."),
                    )
                )
        return {renamed.get(path, path): digest for path, digest in digests.items()}

    def _missing(self, code: Code, manifest: Manifest, paths: Sequence[str]) -> None:
        if not paths or self.bag.listing.truncated:
            return
        lines = manifest.lines_of(set(paths))
        folded = defaultdict(list)
        for path in self.bag.listing.files:
            folded[names.fold(path)].append(path)
        restore = _("Restore it from another copy.")
        if code is PAYLOAD_UNFETCHED:
            restore = _("Fetch it: archive-pkg bag fetch {bag}", bag=shlex.quote(self.bag.path))
        for path in paths:
            alike = folded[names.fold(path)]
            hint = _("Did you mean {alike!r}?", alike=alike[0]) if alike else restore
            where: str = manifest.name
            if path in lines:
                where = _("{file}, line {number}", file=where, number=lines[path])
            self.add(
                code.at(Location(path), _("is missing, but listed in {where}", where=where), hint)
            )

    def _unlisted(self, files: Iterable[str], unlisted: Mapping[str, list[str]]) -> None:
        if not unlisted:
            return
        manifests = [manifest.name for manifest in self.bag.manifests.values()]
        in_none = [path for path, where in unlisted.items() if len(where) == len(manifests)]
        for path in files:
            where = unlisted.get(path, [])
            if manifests and len(where) == len(manifests):
                hint = _("Remove it, or add it: {bag}", bag=include_command(self.bag, in_none))
                self.add(PAYLOAD_UNLISTED.at(Location(path), _("is not in any manifest"), hint))
            elif where and self.strict:
                self.add(
                    PAYLOAD_UNLISTED.at(
                        Location(path),
                        _("is not in {where}", where=", ".join(where)),
                        _("Add it there: from version 1.0 on every manifest lists every file."),
                    )
                )

    def _fetch(self, resolved: Mapping[str, Mapping[str, bytes]]) -> None:
        for line in self.bag.fetch:
            lacking = [name for name, digests in resolved.items() if line.path not in digests]
            if lacking and (self.strict or len(lacking) == len(resolved)):
                self.add(
                    UNFETCHED_UNLISTED.at(
                        Location("fetch.txt", line=line.line),
                        _(
                            "{path!r} is not in {lacking}",
                            path=line.path,
                            lacking=", ".join(lacking),
                        ),
                        _("Add it there: every manifest must list the files to fetch."),
                    )
                )

    def _names_alike(self, files: Sequence[str], present: set[str]) -> None:
        for group in names.collisions(files, present):
            self.add(
                NAMES_ALIKE.at(
                    Location(group[0]),
                    _(
                        "has the same name as {repr} on some file systems",
                        repr=", ".join(map(repr, group[1:])),
                    ),
                    _("Rename all but one."),
                )
            )

    def _mismatches(
        self,
        code: Code,
        digests: Digests,
        manifests: Mapping[str, Manifest],
        wanted: Mapping[str, Mapping[str, bytes]],
    ) -> None:
        self.bag.report.extend(digests.findings)
        by_path: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for path, algorithm, digest in digests.mismatches(wanted):
            by_path[path].append((algorithm, digest))
        for path, differing in by_path.items():
            message: str = ""
            for algorithm, digest in differing:
                one = _(
                    "{name} (computed {computed}, listed {listed})",
                    name=manifests[algorithm].name,
                    computed=digest.hex(),
                    listed=wanted[algorithm][path].hex(),
                )
                message = _("{names} and {last}", names=message, last=one) if message else one
            message = _("does not match {manifests}", manifests=message)
            agreeing = [
                manifests[name].name
                for name, digests in wanted.items()
                if path in digests and name not in [algorithm for algorithm, __ in differing]
            ]
            hint = (
                _(
                    "The file matches {agreeing}: the other manifest is damaged.",
                    agreeing=" and ".join(agreeing),
                )
                if agreeing
                else _("The file has changed since the bag was made. Restore it from another copy.")
            )
            self.add(code.at(Location(path), message, hint))


def _is_date(value: str) -> bool:
    from datetime import date

    try:
        return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None and bool(
            date.fromisoformat(value)
        )
    except ValueError:
        return False
