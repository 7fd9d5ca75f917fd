"""A forger has the package but no key: every change is detected.

Each forgery is given to `docs/how-to/check-signed-package.sh`, which uses stock tools alone, and to
`verify`; some also to the commands in the package's README.txt.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive_pkg.packages import Trust, sign, states, verify
from authority import Authority, serving
from program import Run

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "packages" / "1960-07-18-cpsu-to-sed"
SCRIPT = ROOT / "docs" / "how-to" / "check-signed-package.sh"
EDITOR = "editor@example.org"
LETTER = "data/parts/letter-1960-07-18.txt"
ALGORITHMS = ("sha256", "sha512")


@dataclass(frozen=True)
class Made:
    """Files of a signer and two authorities, which tests only read.

    Attributes:
        folder: Keys, `allowed`, and `other`, a further package of the same signer.
        package: A signed package with timestamps.
        authority: The authority that is trusted.
        stranger: An authority that is not trusted.
        stamped: When the last timestamp was made, in whole seconds since 1970.
    """

    folder: Path
    package: Path
    authority: Authority
    stranger: Authority
    stamped: int

    def trust(self) -> Trust:
        return Trust.read(
            self.folder / "allowed",
            authorities=self.authority.ca,
            require_signature=EDITOR,
            require_timestamp=True,
        )

    def script(self, package: Path) -> subprocess.CompletedProcess[str]:
        who = (self.folder / "allowed", EDITOR, self.authority.ca)
        return shell("sh", SCRIPT, package, *who)


def shell(*words: object, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, words)], cwd=at, capture_output=True, text=True, check=False)


def make_key(path: Path, *how: str) -> None:
    how = how or ("-t", "ed25519")
    command = ["ssh-keygen", "-q", *how, "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("made")
    for name in ("editor", "stranger"):
        make_key(folder / name)
    (folder / "allowed").write_text(f"{EDITOR} {(folder / 'editor.pub').read_text()}")
    authority, stranger = Authority(folder / "tsa"), Authority(folder / "stranger-tsa")
    package, other = folder / "package", folder / "other"
    shutil.copytree(GOLDEN, package)
    shutil.copytree(GOLDEN, other)
    (other / LETTER).write_text("Another letter.\n")
    rebag(other)
    with serving(authority), serving(stranger):
        for path in (package, other):
            sign_any(path, folder / "editor")
            stamp(path, authority)
        yield Made(folder, package, authority, stranger, int(time.time()))


def sign_any(
    package: Path,
    key: Path,
    namespace: str = "file",
    algorithms: tuple[str, ...] = ALGORITHMS,
) -> None:
    """Sign the tag manifests with stock tools, even of an invalid package."""
    (package / "signatures").mkdir(exist_ok=True)
    for algorithm in algorithms:
        manifest = package / f"tagmanifest-{algorithm}.txt"
        command = ("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, manifest)
        subprocess.run([*map(str, command)], check=True, capture_output=True)
        made = manifest.with_name(f"{manifest.name}.sig")
        made.replace(package / "signatures" / made.name)


def stamp(package: Path, authority: Authority) -> None:
    """Timestamp the signatures with stock tools."""
    for signature in (package / "signatures").glob("*.sig"):
        query = ("openssl", "ts", "-query", "-data", signature, "-sha256", "-cert")
        asked = subprocess.run([*map(str, query)], check=True, capture_output=True).stdout
        signature.with_name(f"{signature.name}.tsr").write_bytes(authority.reply(asked))
        shutil.copy(authority.ca, signature.with_name(f"{signature.name}.tsr.pem"))


def tag_files(package: Path) -> list[str]:
    return sorted(
        name
        for path in package.rglob("*")
        if path.is_file()
        and not (name := path.relative_to(package).as_posix()).startswith(
            ("data/", "signatures/", "tagmanifest-")
        )
    )


def write_list(package: Path, name: str, algorithm: str, files: list[str]) -> None:
    lines = [
        f"{hashlib.new(algorithm, (package / file).read_bytes()).hexdigest()}  {file}\n"
        for file in files
    ]
    (package / name).write_text("".join(lines))


def rebag(package: Path, *algorithms: str) -> None:
    """Write new payload manifests, then new tag manifests."""
    payload = sorted(
        path.relative_to(package).as_posix()
        for path in (package / "data").rglob("*")
        if path.is_file()
    )
    for algorithm in algorithms or ALGORITHMS:
        write_list(package, f"manifest-{algorithm}.txt", algorithm, payload)
    for algorithm in algorithms or ALGORITHMS:
        write_list(package, f"tagmanifest-{algorithm}.txt", algorithm, tag_files(package))


def signature(package: Path, algorithm: str = "sha512", ending: str = "sig") -> Path:
    return package / "signatures" / f"tagmanifest-{algorithm}.txt.{ending}"


def forge_letter(package: Path) -> None:
    letter = package / LETTER
    letter.write_bytes(letter.read_bytes().replace(b"Dear Comrades", b"Dear Traitors"))


Forge = Callable[[Path, Made], object]
FORGERIES: dict[str, Forge] = {}


def forgery(forge: Forge) -> Forge:
    FORGERIES[forge.__name__] = forge
    return forge


@forgery
def payload_edited(package: Path, made: Made) -> None:
    forge_letter(package)


@forgery
def payload_edited_and_one_manifest_rebuilt(package: Path, made: Made) -> None:
    forge_letter(package)
    rebag(package, "sha512")


@forgery
def payload_edited_and_both_manifests_rebuilt(package: Path, made: Made) -> None:
    forge_letter(package)
    rebag(package)


@forgery
def rebuilt_and_the_signature_of_what_was_rebuilt_deleted(package: Path, made: Made) -> None:
    payload_edited_and_one_manifest_rebuilt(package, made)
    for path in (package / "signatures").glob("tagmanifest-sha512*"):
        path.unlink()


@forgery
def rebuilt_and_all_signatures_deleted(package: Path, made: Made) -> None:
    payload_edited_and_both_manifests_rebuilt(package, made)
    shutil.rmtree(package / "signatures")


@forgery
def rebuilt_and_signed_by_the_forger(package: Path, made: Made) -> None:
    payload_edited_and_both_manifests_rebuilt(package, made)
    sign_any(package, made.folder / "stranger")
    stamp(package, made.authority)


@forgery
def one_list_rebuilt_and_signed_by_the_forger(package: Path, made: Made) -> None:
    (package / "metadata/forged.xml").write_text("<forged/>")
    write_list(package, "tagmanifest-sha512.txt", "sha512", tag_files(package))
    kept = signature(package, "sha256").read_bytes()
    sign_any(package, made.folder / "stranger")
    signature(package, "sha256").write_bytes(kept)


@forgery
def one_signature_deleted(package: Path, made: Made) -> None:
    signature(package).unlink()


@forgery
def all_signatures_deleted(package: Path, made: Made) -> None:
    shutil.rmtree(package / "signatures")


@forgery
def one_tag_manifest_deleted(package: Path, made: Made) -> None:
    (package / "tagmanifest-sha256.txt").unlink()


@forgery
def one_tag_manifest_deleted_with_its_signature(package: Path, made: Made) -> None:
    for path in package.rglob("*tagmanifest-sha256*"):
        path.unlink()


@forgery
def all_tag_manifests_deleted(package: Path, made: Made) -> None:
    for path in package.glob("tagmanifest-*"):
        path.unlink()


@forgery
def tag_manifest_of_another_algorithm_added(package: Path, made: Made) -> None:
    (package / "metadata/forged.xml").write_text("<forged/>")
    write_list(package, "tagmanifest-sha1.txt", "sha1", tag_files(package))


@forgery
def tag_manifest_of_an_unknown_algorithm_replayed(package: Path, made: Made) -> None:
    """Its signature is valid, but its digests cannot be verified."""
    rebuilt_and_all_signatures_deleted(package, made)
    (package / "signatures").mkdir()
    shutil.copy(made.folder / "other/tagmanifest-sha512.txt", package / "tagmanifest-foo.txt")
    for ending in ("sig", "sig.tsr", "sig.tsr.pem"):
        source = signature(made.folder / "other", "sha512", ending)
        shutil.copy(source, signature(package, "foo", ending))


@forgery
def tag_manifest_of_another_algorithm_added_over_the_same_files(package: Path, made: Made) -> None:
    write_list(package, "tagmanifest-md5.txt", "md5", tag_files(package))


@forgery
def payload_manifest_of_another_algorithm_added(package: Path, made: Made) -> None:
    (package / "data/forged.txt").write_text("forged")
    write_list(package, "manifest-md5.txt", "md5", ["data/forged.txt"])


@forgery
def made_an_old_bag(package: Path, made: Made) -> None:
    """Before version 1.0 not every manifest has to list every file."""
    declaration = package / "bagit.txt"
    declaration.write_text(declaration.read_text().replace("1.0", "0.97"))
    payload_manifest_of_another_algorithm_added(package, made)


@forgery
def signatures_swapped(package: Path, made: Made) -> None:
    one, other = signature(package), signature(package, "sha256")
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


@forgery
def signatures_of_another_package(package: Path, made: Made) -> None:
    shutil.rmtree(package / "signatures")
    shutil.copytree(made.folder / "other/signatures", package / "signatures")


@forgery
def signature_of_another_package_added(package: Path, made: Made) -> None:
    shutil.copy(signature(made.folder / "other"), signature(package, "sha512", "2.sig"))


@forgery
def lists_and_signatures_of_another_package(package: Path, made: Made) -> None:
    for path in made.package.glob("tagmanifest-*"):
        shutil.copy(made.folder / "other" / path.name, package)
    signatures_of_another_package(package, made)


@forgery
def payload_file_added(package: Path, made: Made) -> None:
    (package / "data/parts/more.txt").write_text("forged")


@forgery
def hidden_payload_file_added(package: Path, made: Made) -> None:
    (package / "data/.more").write_text("forged")


@forgery
def tag_file_added(package: Path, made: Made) -> None:
    (package / "metadata/forged.xml").write_text("<forged/>")


@forgery
def file_added_among_the_signatures(package: Path, made: Made) -> None:
    (package / "signatures/README.html").write_text("forged")


@forgery
def program_added_as_a_timestamp(package: Path, made: Made) -> None:
    signature(package, "sha512", "sig.tsr.exe").write_bytes(b"MZ")


@forgery
def fetch_txt_added(package: Path, made: Made) -> None:
    (package / "fetch.txt").write_text(f"https://example.org/letter.txt - {LETTER}\n")


@forgery
def payload_deleted_and_to_be_fetched(package: Path, made: Made) -> None:
    (package / LETTER).unlink()
    fetch_txt_added(package, made)


@forgery
def manifest_line_doubled(package: Path, made: Made) -> None:
    manifest = package / "manifest-sha512.txt"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join([*lines, lines[0]]))


@forgery
def tag_manifest_line_doubled(package: Path, made: Made) -> None:
    manifest = package / "tagmanifest-sha512.txt"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join([*lines, lines[0]]))


@forgery
def manifest_line_removed(package: Path, made: Made) -> None:
    manifest = package / "manifest-sha512.txt"
    manifest.write_text("".join(manifest.read_text().splitlines(keepends=True)[1:]))


@forgery
def manifests_emptied(package: Path, made: Made) -> None:
    for path in package.glob("manifest-*"):
        path.write_text("")


@forgery
def tag_manifests_emptied(package: Path, made: Made) -> None:
    for path in package.glob("tagmanifest-*"):
        path.write_text("")


@forgery
def signature_renamed(package: Path, made: Made) -> None:
    signature(package).rename(signature(package, "sha512", "sig.bak"))


@forgery
def signature_named_for_another_list(package: Path, made: Made) -> None:
    signature(package).replace(signature(package, "sha256", "2.sig"))


@forgery
def signature_with_another_namespace(package: Path, made: Made) -> None:
    """The editor's signature, but for another namespace."""
    sign_any(package, made.folder / "editor", "git")


@forgery
def timestamps_deleted(package: Path, made: Made) -> None:
    for path in package.rglob("*.tsr*"):
        path.unlink()


@forgery
def timestamps_swapped(package: Path, made: Made) -> None:
    one, other = (signature(package, name, "sig.tsr") for name in ALGORITHMS)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


@forgery
def timestamps_by_a_stranger(package: Path, made: Made) -> None:
    stamp(package, made.stranger)


@forgery
def timestamp_garbled(package: Path, made: Made) -> None:
    path = signature(package, "sha512", "sig.tsr")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1  # the end of its signature; the certificates in it are also next to it
    path.write_bytes(data)


@forgery
def payload_file_replaced_by_a_link(package: Path, made: Made) -> None:
    (package / LETTER).rename(package.parent / "letter")
    (package / LETTER).symlink_to(package.parent / "letter")


@forgery
def payload_folder_replaced_by_a_link(package: Path, made: Made) -> None:
    (package / "data").rename(package.parent / "elsewhere")
    (package / "data").symlink_to(package.parent / "elsewhere")


@forgery
def list_replaced_by_a_link(package: Path, made: Made) -> None:
    for path in list(package.glob("tagmanifest-*")):
        path.rename(package.parent / path.name)
        path.symlink_to(package.parent / path.name)


@forgery
def signatures_replaced_by_a_link(package: Path, made: Made) -> None:
    (package / "signatures").rename(package.parent / "elsewhere")
    (package / "signatures").symlink_to(package.parent / "elsewhere")


@forgery
def name_with_a_line_end(package: Path, made: Made) -> None:
    (package / "data/parts/a\nb.txt").write_text("forged")
    rebag(package)


@forgery
def unlisted_name_with_a_line_end(package: Path, made: Made) -> None:
    """The second line of the name is a listed name."""
    (package / "data/x\n.").mkdir()
    shutil.copytree(package / "data/parts", package / "data/x\n./data/parts")


@forgery
def name_with_a_backslash(package: Path, made: Made) -> None:
    (package / "data/parts/a\\b.txt").write_text("forged")


@forgery
def name_that_begins_with_a_dash(package: Path, made: Made) -> None:
    (package / "--help").write_text("forged")
    rebag(package)


@forgery
def name_that_is_a_dash(package: Path, made: Made) -> None:
    (package / "-").write_text("forged")


@forgery
def manifest_that_leads_outside(package: Path, made: Made) -> None:
    (package.parent / "outside.txt").write_text("forged")
    with (package / "manifest-sha512.txt").open("a") as file:
        file.write(f"{hashlib.sha512(b'forged').hexdigest()}  data/../../outside.txt\n")


@forgery
def tag_manifest_that_leads_outside(package: Path, made: Made) -> None:
    (package.parent / "outside.txt").write_text("forged")
    with (package / "tagmanifest-sha512.txt").open("a") as file:
        file.write(f"{hashlib.sha512(b'forged').hexdigest()}  ../outside.txt\n")


@forgery
def list_with_another_spelling_added(package: Path, made: Made) -> None:
    (package / "metadata/forged.xml").write_text("<forged/>")
    write_list(package, "tagmanifest-SHA-512.txt", "sha512", tag_files(package))


@pytest.fixture
def package(made: Made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.package, tmp_path / "package"))


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_by_stock_tools_and_by_verify(
    name: str, package: Path, made: Made
) -> None:
    FORGERIES[name](package, made)
    done = made.script(package)
    assert done.returncode != 0, done.stdout
    assert "All good" not in done.stdout
    verification = verify(package, trust=made.trust())
    assert not verification.ok
    # Without trusted signers, the output does not say that the editor signed the package.
    signed = [state for state in states(verification) if state.startswith("Signed by")]
    assert signed == [] or verification.verdict.valid
    if "letter" in name or "rebuilt" in name:
        assert signed == []


def test_a_genuine_package_is_accepted_by_stock_tools_and_by_verify(
    package: Path, made: Made
) -> None:
    done = made.script(package)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("All good.\n")
    verification = verify(package, trust=made.trust())
    assert verification.ok
    assert not verification.report.findings


def by_the_readme(package: Path, made: Made) -> bool:
    """Return whether a package passes the commands in a good copy of its README.txt."""
    readme = (GOLDEN / "data/README.txt").read_text()
    start, end = (readme.index(f"How to {what}") for what in ("check that", "read the record"))
    # PowerShell and certutil are not available.
    elsewhere = (readme.index("On Windows, run in"), readme.index("On Linux and macOS, this"))
    section = readme[start : elsewhere[0]] + readme[elsewhere[1] : end]
    commands = [line for line in section.splitlines() if line.startswith("  ")]
    text = "\n".join(commands).replace("NAME", EDITOR)
    for name, path in (("allowed_signers", made.folder / "allowed"), ("ca.pem", made.authority.ca)):
        text = text.replace(name, str(path))
    may = "uniq -u | grep -v '^tagmanifest-' | grep -v '^signatures/')\" ]"
    text = text.replace("{ find", '[ -z "$({ find').replace("uniq -u", may)
    done = shell("bash", "-e", "-c", text, at=package)
    return done.returncode == 0


def test_the_commands_of_the_readme_accept_the_signed_package_and_refuse_forgeries(
    made: Made, tmp_path: Path
) -> None:
    assert by_the_readme(made.package, made)
    wanted = [name for name in FORGERIES if "rebuilt" in name or "of_another_package" in name]
    for name in (*wanted, "payload_edited", "payload_file_added", "tag_file_added"):
        package = Path(shutil.copytree(made.package, tmp_path / name))
        FORGERIES[name](package, made)
        if name != "signature_of_another_package_added":  # the signature of the editor remains
            assert not by_the_readme(package, made), name


def test_the_signatures_of_a_dozen_people_are_all_checked_and_shown(
    made: Made, package: Path, tmp_path: Path
) -> None:
    people = [f"person-{number}@example.org" for number in range(2, 13)]
    lines = [(made.folder / "allowed").read_text()]
    kept = {path.name: path.read_bytes() for path in (package / "signatures").iterdir()}
    for number, person in enumerate(people, start=2):
        make_key(tmp_path / person)
        lines.append(f"{person} {(tmp_path / f'{person}.pub').read_text()}")
        if person != people[-1]:
            sign_any(package, tmp_path / person)
            for algorithm in ALGORITHMS:
                made_now = signature(package, algorithm)
                made_now.rename(signature(package, algorithm, f"{number}.sig"))
    for name, data in kept.items():
        (package / "signatures" / name).write_bytes(data)
    new = sign(package, key=tmp_path / people[-1]).signatures
    assert [Path(path).name for path in new] == [
        f"tagmanifest-{algorithm}.txt.12.sig" for algorithm in ALGORITHMS
    ]
    allowed = tmp_path / "allowed"
    allowed.write_text("".join(lines))
    verification = verify(package, trust=Trust.read(allowed, require_signature=people[8]))
    assert verification.ok
    assert not verification.report.findings
    assert [one.signers for one in verification.signatures[:12]] == [
        (person,) for person in (EDITOR, *people)
    ]
    said = [state for state in states(verification) if state.startswith("Signed by")]
    assert len(said) == 12
    assert shell("sh", SCRIPT, package, allowed, people[-1]).returncode == 0
    # One required signature is missing; other signatures do not replace it.
    signature(package, "sha256", "10.sig").unlink()
    assert not verify(package, trust=Trust.read(allowed, require_signature=people[8])).ok
    assert verify(package, trust=Trust.read(allowed)).ok
    assert shell("sh", SCRIPT, package, allowed, people[8]).returncode != 0


def test_packages_keys_and_lists_can_have_names_that_begin_with_a_dash(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    shutil.copytree(GOLDEN, tmp_path / "-collection" / "-package")
    for name in ("editor", "allowed"):
        shutil.copy(made.folder / name, tmp_path / f"-{name}")
    monkeypatch.chdir(tmp_path)
    assert run("sign", "--key", "-editor", "--", "-collection/-package").returncode == 0
    trust = ("--allowed-signers", "-allowed", f"--require-signature={EDITOR}")
    assert run("verify", *trust, "--", "-collection/-package").returncode == 0
    done = shell("sh", SCRIPT, "-collection/-package", "-allowed", EDITOR, at=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_value_of_require_signature_is_a_signer_or_empty_but_never_a_path(
    made: Made, package: Path, run: Run
) -> None:
    allowed = ("--allowed-signers", made.folder / "allowed")
    taken: list[tuple[object, ...]] = [
        (package, *allowed, "--require-signature"),
        (*allowed, "--require-signature", package),
        (*allowed, "--require-signature", "--quiet", package),
        (*allowed, "--require-signature", EDITOR, package),
        (*allowed, f"--require-signature={EDITOR}", package),
        (*allowed, "--require-signature", "--", package),
        (package, *allowed, "--require-signature", EDITOR, "--jobs", "1"),
        (package, *allowed, "--timestamp-ca", made.authority.ca, "--require-timestamp"),
    ]
    for words in taken:
        done = run("verify", *words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    refused: list[tuple[tuple[object, ...], int]] = [
        ((*allowed, "--require-signature", package, package), 2),
        ((*allowed, "--require-signature", "boss@example.org", package), 3),
        ((*allowed, "--require-signature", "boss@example.org", package, "-j", "1"), 3),
        (("--require-signature", EDITOR, package), 3),
        ((*allowed, "--require-timestamp", package), 3),
        ((*allowed, "--bag-only", package), 2),
        (("--require-signature",), 2),
    ]
    for words, status in refused:
        done = run("verify", *words)
        assert done.returncode == status, (words, done.stdout, done.stderr)
    done = run("verify", GOLDEN.parent, *allowed, "--json")
    assert done.returncode == 3
    assert "the package is not signed" in done.stdout


def test_more_manifests_and_odd_names_are_accepted_if_they_are_signed(
    made: Made, tmp_path: Path
) -> None:
    package = Path(shutil.copytree(GOLDEN, tmp_path / "package"))
    (package / "metadata/100%.xml").write_text("<x/>")
    everything = ("md5", "sha1", "sha256", "sha384", "sha512")
    rebag(package, *everything)
    for path in package.glob("tagmanifest-*"):
        path.write_text(path.read_text().replace("100%", "100%25"))
    sign_any(package, made.folder / "editor", algorithms=everything)
    trust = Trust.read(made.folder / "allowed", require_signature=EDITOR)
    assert verify(package, trust=trust).ok
    assert verify(package, trust=trust).report.ok
    who = ("sh", SCRIPT, package, made.folder / "allowed", EDITOR)
    assert shell(*who).returncode == 0, shell(*who).stderr
    signature(package, "md5").unlink()
    assert not verify(package, trust=trust).ok
    assert shell(*who).returncode != 0
    sign_any(package, made.folder / "editor", algorithms=everything)
    for path in package.rglob("*manifest-sha[235]*"):
        path.unlink()
    assert not verify(package, trust=trust).ok  # no manifest with a strong algorithm remains
    assert shell(*who).returncode != 0


def test_a_timestamp_is_trusted_only_if_its_authority_is(made: Made, package: Path) -> None:
    def trusted(trust: Trust) -> set[bool]:
        return {s.trusted for one in verify(package, trust=trust).signatures for s in one.stamps}

    assert trusted(Trust()) == {False}
    assert trusted(Trust.read(made.folder / "allowed")) == {False}
    assert trusted(Trust.read(authorities=made.stranger.ca)) == {False}
    assert trusted(Trust.read(authorities=made.authority.ca)) == {True}
    stamp(package, made.stranger)
    assert trusted(Trust.read(authorities=made.authority.ca)) == {False}


def test_stock_tools_and_verify_accept_a_key_that_expired_after_the_timestamp(
    made: Made, package: Path, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed"
    key = (made.folder / "editor.pub").read_text()
    # Without a timestamp the key must be valid now, with one at the time of the timestamp.
    for until, with_stamp, without in (("29990101Z", True, True), ("20200101Z", False, False)):
        allowed.write_text(f'{EDITOR} valid-before="{until}" {key}')
        who = ("sh", SCRIPT, package, allowed, EDITOR)
        assert (shell(*who, made.authority.ca).returncode == 0) is with_stamp
        assert (shell(*who).returncode == 0) is without
        stamped = Trust.read(allowed, None, made.authority.ca)
        assert verify(package, trust=stamped).ok is with_stamp
        assert verify(package, trust=Trust.read(allowed)).ok is without
    time.sleep(max(0.0, 1.1 - (time.time() - made.stamped)))
    now = datetime.fromtimestamp(made.stamped + 1, UTC)
    allowed.write_text(f'{EDITOR} valid-before="{now:%Y%m%d%H%M%SZ}" {key}')
    time.sleep(max(0.0, made.stamped + 3 - time.time()))
    assert shell(*who, made.authority.ca).returncode == 0
    assert shell(*who).returncode != 0
    assert verify(package, trust=Trust.read(allowed, None, made.authority.ca)).ok
    assert not verify(package, trust=Trust.read(allowed)).ok


def test_foreign_names_cannot_imitate_lines_of_the_output(
    package: Path, run: Run, tmp_path: Path
) -> None:
    """Names of files, authorities and letters are printed within lines of the program."""
    said = f"Signed by {EDITOR}."
    (package / f"x\n  {said}").write_text("forged")
    liar = Authority(tmp_path / "liar", name=f"Liar”.\n  {said}")
    shutil.rmtree(package / "signatures")
    make_key(tmp_path / "key")
    sign_any(package, tmp_path / "key")
    stamp(package, liar)
    record = package / "data/record.json"
    text = json.loads(record.read_text())
    text["title"] = f"Letter\n  {said}"
    record.write_text(json.dumps(text))
    for words in (("verify", package), ("verify", package, "-j", "1"), ("show", package)):
        done = run(*words)
        lines = (done.stdout + done.stderr).splitlines()
        assert not any(line.removeprefix("  ").startswith("Signed by editor") for line in lines)
