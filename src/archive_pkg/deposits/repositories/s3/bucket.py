"""`s3://BUCKET/PREFIX`: S3, and every server that speaks its protocol.

A package is stored below `PREFIX/<identifier>/<start of its fingerprint>/`. So a changed package
does not replace an older one, and the same package is not stored twice. bagit.txt is sent last: a
package without it is not complete. The login, region and endpoint come from where AWS's own tools
find them (environment, `~/.aws`).

`?endpoint=URL` names a server other than Amazon's. It may be plain `http` only on this machine, or
with `http=yes`, because the login would cross the network unencrypted.
`?lock=governance:2036-12-31` (or `compliance`) requests an object lock until that day.
"""

from __future__ import annotations

import contextlib
import os
import re
import time as clock
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from archive_pkg import limits
from archive_pkg.deposits.credentials import redact, remember, split_address, without_secret
from archive_pkg.deposits.receipts import Arrival
from archive_pkg.deposits.repositories.drop.drop_folder import (
    TakenError,
    refuse_more,
    refuse_others,
    write_file,
)
from archive_pkg.deposits.repositories.s3 import answers, parts
from archive_pkg.deposits.repositories.s3.address import object_lock, refuse_plain
from archive_pkg.deposits.repositories.s3.answers import ReadBody, limit_answer_time
from archive_pkg.deposits.repositories.s3.parts import (
    PartDigests,
    PartsThere,
    base64,
    part_size,
    parts_of,
)
from archive_pkg.deposits.repository_interface import (
    TARGET_NOT_READY,
    TARGET_REFUSES_NAME,
    TARGET_TAKES_LESS,
    Capabilities,
    DepositPlan,
    LostError,
    PlannedFile,
    Status,
    Stored,
    repository_errors,
)
from archive_pkg.deposits.transfers import BLOCK, Item, Transfer, VerifiedReader, limited, sha256_of
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.logs import logger
from archive_pkg.messages import _
from archive_pkg.reports import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from archive_pkg.deposits.journal import Journal
    from archive_pkg.deposits.repository_interface import Expected
    from archive_pkg.limits import Limit

_log = logger(__name__)

_LARGEST = 5 * 1024**4
_LONGEST = 1024
_SLOWEST = 1024
"""The average bytes per second that a server must send of a file after the first minute."""
_MOST_PAGES = 10_000
"""Pages of a listing; each has a thousand entries."""
_WIDTH = 8
_ATTEMPTS = 3
_PARTS_AT_ONCE = 4
_LATER = {"SlowDown", "RequestTimeout", "InternalError", "ConditionalRequestConflict", "409"}
_DECLARATION = "bagit.txt"


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object as the server lists it."""

    size: int
    etag: str


class S3Bucket:
    """The repository behind `s3://`."""

    kind = "s3"

    def __init__(self, address: str) -> None:
        """Read the address."""
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        if not re.match("s3://[^/?#]", address):
            raise UsageError(
                _(
                    "{without_secret} does not name a bucket",
                    without_secret=without_secret(address),
                ),
                _("Write s3://BUCKET/FOLDER."),
            )
        split = split_address(address)
        options = dict(parse_qsl(split.query, keep_blank_values=True))
        self._lock = object_lock(options.pop("lock", ""))
        endpoint = options.pop("endpoint", "") or os.environ.get("AWS_ENDPOINT_URL_S3") or None
        self._may_be_plain = options.pop("http", "") == "yes"
        if options or split.username or split.fragment:
            raise UsageError(
                _(
                    "{without_secret}: only endpoint=, http=yes and lock= may follow the ?",
                    without_secret=without_secret(address),
                ),
                "s3://BUCKET/PREFIX?endpoint=https://s3.example.org&lock=governance:2036-12-31",
            )
        self._bucket = split.netloc
        self._prefix = unquote(split.path).strip("/")
        session = botocore.session.get_session()
        try:
            self._client: Any = session.create_client(
                "s3",
                region_name=session.get_config_variable("region") or "us-east-1",
                endpoint_url=endpoint,
                config=Config(
                    # Plain http must not pass a proxy, which could read the login.
                    proxies={} if (endpoint or "").startswith("http:") else None,
                    connect_timeout=20,
                    read_timeout=60,
                    max_pool_connections=_WIDTH * 4,
                    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
                    # We send digests ourselves; many servers refuse those that botocore adds.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
        except (BotoCoreError, ValueError) as error:
            message = f"{without_secret(address)}: {redact(str(error))}"
            raise UsageError(
                message, _("Check the configuration of AWS (~/.aws/config).")
            ) from error
        self._client.meta.events.register("before-send.s3", self._send_request)
        limit_answer_time(self._client._endpoint.http_session)
        url = str(self._client.meta.endpoint_url)
        refuse_plain(split_address(url), allowed=self._may_be_plain)
        credentials = session.get_credentials()
        if credentials is not None:
            remember(credentials.secret_key)
            remember(credentials.token or "")
        self._endpoint = "" if url.rstrip("/").endswith(".amazonaws.com") else url
        self._conditional = True

    @property
    def target(self) -> str:
        """The address, with the endpoint unless it is Amazon's."""
        server = f"?endpoint={quote(self._endpoint, safe=':/')}" if self._endpoint else ""
        server += "&http=yes" if server and self._may_be_plain else ""
        return f"s3://{self._bucket}/{quote(self._prefix)}{server}"

    def capabilities(self) -> Capabilities:
        """See `Repository`: single files; large ones are resumed in parts."""
        return Capabilities(
            packaging="folder",
            digest="sha256",
            write_once=self._conditional,
            resumes=True,
            open_to_all=False,
        )

    def plan(self, transfer: Transfer, *, publish: bool) -> DepositPlan:
        """Plan which files go where; see `Repository`."""
        base = self._base(transfer)
        plan = DepositPlan(
            tuple(PlannedFile(item.path, item.size, base + item.path) for item in transfer.items),
            steps=(
                f"send every file to the bucket {self._bucket} without replacing anything; "
                f"{_DECLARATION} last",
                "compare the server's checksums; read back the files without one",
                *([f"lock each object until {self._lock[1]:%Y-%m-%d}"] if self._lock else []),
            ),
        )
        if self._lock and not self._knows_locks():
            message = _("the bucket {bucket} was created without object lock", bucket=self._bucket)
            hint = _("Create another bucket with object lock, or leave lock= out.")
            plan.report.add(TARGET_NOT_READY.at(Location(self.target), message, hint))
        for item in transfer.items:
            if item.size > _LARGEST:
                message = _(
                    "it has {size} bytes; an object may have {largest}",
                    size=item.size,
                    largest=_LARGEST,
                )
                plan.report.add(TARGET_TAKES_LESS.at(Location(item.path), message))
            length = len((base + item.path).encode())
            if length > _LONGEST:
                message = _(
                    "its key would have {length} bytes; a key may have {longest}",
                    length=length,
                    longest=_LONGEST,
                )
                plan.report.add(TARGET_REFUSES_NAME.at(Location(item.path), message))
        return plan

    def deposit(self, transfer: Transfer, journal: Journal, *, publish: bool) -> Stored:
        """Send the missing files, and compare all files; see `Repository`."""
        base = self._base(transfer)
        with self._errors():
            journal.begin("place", remote_id=base)
            there = self._list(base)
            journal.begin("send", there=len(there))
            arrived: dict[str, Arrival] = {}

            def send(item: Item) -> bool:
                key = base + item.path
                held = self._held_already(transfer, item, key) if key in there else None
                arrived[item.path] = held or self._send(transfer, item, key)
                return held is None

            first = [item for item in transfer.items if item.path != _DECLARATION]
            last = [item for item in transfer.items if item.path == _DECLARATION]
            with ThreadPoolExecutor(_WIDTH) as pool:
                sent = list(pool.map(send, first))
            sent += [send(item) for item in last]
            journal.done("send")
            self._check_listed(transfer, base)
            self._check_locked(transfer, base)
        read_back = any(each.algorithm == "read back" for each in arrived.values())
        return Stored(
            remote_id=base,
            version="",
            location=f"s3://{self._bucket}/{base}",
            files=tuple(_plain(arrived[item.path]) for item in transfer.items),
            verified="read-back" if read_back else "server-digest",
            new=any(sent),
            answer={
                "endpoint": str(self._client.meta.endpoint_url),
                "write_once": "by the server" if self._conditional else "looked first",
                **({"lock": [self._lock[0], self._lock[1].isoformat()]} if self._lock else {}),
            },
        )

    def status(self, remote_id: str, version: str) -> Status:
        """Return whether the objects exist: partial without bagit.txt. See `Repository`."""
        with self._errors():
            there = self._list(remote_id)
        if not there:
            return Status("absent", f"{self.target} has no objects below {remote_id}")
        size = sum(held.size for held in there.values())
        whole = remote_id + _DECLARATION in there
        return Status("stored" if whole else "partial", f"{len(there)} objects, {size} bytes")

    def verify(
        self, remote_id: str, version: str, expected: Expected | None = None
    ) -> Mapping[str, str]:
        """Read every object back; see `Repository`."""
        with self._errors():
            sizes = self._held(remote_id)

            def digest(path: str) -> str:
                return self._digest(remote_id + path, sizes[path])

            with ThreadPoolExecutor(_WIDTH) as pool:
                return dict(zip(sizes, pool.map(digest, sizes), strict=True))

    def fetch(
        self, remote_id: str, version: str, into: Path, expected: Expected | None = None
    ) -> None:
        """Get every object; see `Repository`."""
        with self._errors():
            sizes = self._held(remote_id)
            refuse_others(sizes, expected)
            for path in sizes:
                blocks = self._blocks(remote_id + path)
                write_file(into, path, blocks, expected[path] if expected else None)

    def _held(self, remote_id: str) -> Mapping[str, int]:
        """Return the sizes of a package's objects, by path."""
        there = self._list(remote_id)
        if not there:
            raise DepositError(
                _(
                    "{target} has no objects below {remote_id}",
                    target=self.target,
                    remote_id=remote_id,
                )
            )
        return {key.removeprefix(remote_id): there[key].size for key in sorted(there)}

    def _send_request(self, request: Any, **_: object) -> Any:
        """Send a request; read answers that are not files within limits of bytes and time.

        botocore itself would read an answer to its end without a limit.
        """
        from botocore.awsrequest import AWSResponse

        is_file, request.stream_output = request.stream_output, True
        response = self._client._endpoint.http_session.send(request)
        path = redact(urlsplit(request.url).path)
        _log.debug("%s %s answers %d", request.method, path, response.status_code)
        if is_file and response.status_code < 300:
            return response
        body = b"".join(self._read(response.raw, limits.SERVER_ANSWER, whole=True))
        return AWSResponse(response.url, response.status_code, response.headers, ReadBody(body))

    def _read(self, raw: Any, most: Limit, *, whole: bool = False) -> Iterator[bytes]:
        """Read an answer within limits of bytes and of time.

        Args:
            raw: The answer, as urllib3 has it.
            most: The most bytes.
            whole: Whether the answer must be complete within a minute. If not, it must have the
                average speed `_SLOWEST` after a minute.
        """
        import urllib3

        begun, count = clock.monotonic(), 0
        try:
            while block := raw.read1(BLOCK):
                count += len(block)
                took = clock.monotonic() - begun
                if count > most.value:
                    message = _(
                        "{target} answers with more than {value} bytes",
                        target=self.target,
                        value=most.value,
                    )
                    raise DepositError(message, most.hint)
                if took > answers.SECONDS and (whole or count < took * _SLOWEST):
                    raise LostError(_("{target} answers too slowly", target=self.target))
                yield block
        except urllib3.exceptions.HTTPError as error:
            words = redact(str(error))
            raise LostError(
                _(
                    "{target} could not be reached, or did not finish: {words}",
                    target=self.target,
                    words=words,
                )
            ) from error
        except BaseException:
            raw.close()
            raise

    def _base(self, transfer: Transfer) -> str:
        prefix = f"{self._prefix}/" if self._prefix else ""
        return f"{prefix}{transfer.identifier}/{transfer.fingerprint[:16]}/"

    def _list(self, base: str) -> dict[str, ListedObject]:
        found: dict[str, ListedObject] = {}
        for each in self._listed("list_objects_v2", "Contents", Prefix=base):
            found[each["Key"]] = ListedObject(each["Size"], each["ETag"].strip('"'))
        return found

    def _listed(self, operation: str, name: str, **asked: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of all pages of a listing; refuse a listing without end."""
        count = 0
        pages = self._client.get_paginator(operation).paginate(Bucket=self._bucket, **asked)
        for number, page in enumerate(pages, 1):
            listed = page.get(name, [])
            if page.get("IsTruncated") and (not listed or number == _MOST_PAGES):
                raise DepositError(
                    _(
                        "{target} lists objects without end: page {number} has {listed} "
                        "entries, and more are to follow",
                        target=self.target,
                        number=number,
                        listed=len(listed),
                    ),
                    _("Check that the address is an S3 server."),
                )
            count += len(listed)
            refuse_more(count, self.target)
            yield from listed

    def _held_already(self, transfer: Transfer, item: Item, key: str) -> Arrival:
        """Return the arrival of an object that exists already, which must have the right bytes."""
        part = part_size(item.size)
        digests = PartDigests()
        with transfer.open(item) as file:
            source = VerifiedReader(file, item)
            for number, data in enumerate(parts_of(source, item, part), 1):
                digests.add(number, data)
        found = self._head(key)
        arrival = digests.arrival(item, found, multiple=item.size > parts.PART)
        if arrival is None:
            arrival = self._read_back(item, key)
        if arrival.stored != arrival.expected:
            raise TakenError(
                _(
                    "{key} is already in {target}, with different bytes",
                    key=key,
                    target=self.target,
                ),
                _("Nothing is ever replaced there. Find out who stored it."),
            )
        transfer.tick(item.size)
        return arrival

    def _head(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.head_object(
            Bucket=self._bucket, Key=key, ChecksumMode="ENABLED"
        )
        return found

    def _send(self, transfer: Transfer, item: Item, key: str) -> Arrival:
        with transfer.open(item) as file:
            source = VerifiedReader(file, item, transfer.tick)
            if item.size > parts.PART:
                digests = self._send_parts(source, item, key)
                answer = self._head(key)
            else:
                (data,) = parts_of(source, item, parts.PART)
                digests = PartDigests()
                digests.add(1, data)
                answer = self._put(key, data, digests)
        arrival = digests.arrival(item, answer, multiple=item.size > parts.PART)
        return arrival or self._read_back(item, key)

    def _put(self, key: str, data: bytes, digests: PartDigests) -> dict[str, Any]:
        answer: dict[str, Any] = self._once(
            self._client.put_object,
            Bucket=self._bucket,
            Key=key,
            Body=data,
            ChecksumSHA256=base64(digests.sha256[1]),
            ContentMD5=base64(digests.md5[1]),
            **self._lock_options(),
        )
        return answer if answer.get("ETag") else self._head(key)

    def _once(self, call: Any, **options: Any) -> dict[str, Any]:
        """Write an object unless it exists; the caller compares an existing one."""
        from botocore.exceptions import ClientError

        if self._conditional:
            try:
                answer: dict[str, Any] = call(IfNoneMatch="*", **options)
            except ClientError as error:
                code = _code(error)
                if code in ("PreconditionFailed", "412"):
                    return self._head(options["Key"])
                if code not in ("NotImplemented", "501"):
                    raise
                self._conditional = False
            else:
                return answer
        # According to the listing before, the bucket has no object with that name.
        written: dict[str, Any] = call(**options)
        return written

    def _send_parts(self, source: VerifiedReader, item: Item, key: str) -> PartDigests:
        upload = self._upload(key)
        there = self._parts_there(key, upload)
        digests = PartDigests()
        done: dict[int, dict[str, Any]] = {}

        def send(number: int, data: bytes) -> None:
            sha256, md5 = digests.add(number, data)
            if there.get(number) != (len(data), md5.hex()):
                answer = self._client.upload_part(
                    Bucket=self._bucket,
                    Key=key,
                    UploadId=upload,
                    PartNumber=number,
                    Body=data,
                    ChecksumSHA256=base64(sha256),
                    ContentMD5=base64(md5),
                )
                etag, checksum = answer["ETag"], answer.get("ChecksumSHA256")
            else:
                etag, checksum = md5.hex(), base64(sha256) if there.checksums else None
            part = {"PartNumber": number, "ETag": etag}
            done[number] = part | ({"ChecksumSHA256": checksum} if checksum else {})

        with ThreadPoolExecutor(_PARTS_AT_ONCE) as pool:
            waiting: list[Any] = []
            for number, data in enumerate(parts_of(source, item, part_size(item.size)), 1):
                waiting.append(pool.submit(send, number, data))
                del data
                if len(waiting) > _PARTS_AT_ONCE:
                    waiting.pop(0).result()
            for each in waiting:
                each.result()
        self._once(
            self._client.complete_multipart_upload,
            Bucket=self._bucket,
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": [done[number] for number in sorted(done)]},
        )
        return digests

    def _upload(self, key: str) -> str:
        """Return the id of an unfinished multipart upload of an object, or of a new one."""
        found = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=key)
        for each in reversed(found.get("Uploads", [])):
            if each["Key"] == key:
                return str(each["UploadId"])
        answer = self._client.create_multipart_upload(
            Bucket=self._bucket, Key=key, ChecksumAlgorithm="SHA256", **self._lock_options()
        )
        return str(answer["UploadId"])

    def _parts_there(self, key: str, upload: str) -> PartsThere:
        found = PartsThere()
        for part in self._listed("list_parts", "Parts", Key=key, UploadId=upload):
            found[part["PartNumber"]] = (part["Size"], part["ETag"].strip('"'))
            found.checksums = "ChecksumSHA256" in part
        return found

    def _knows_locks(self) -> bool:
        """Return whether the bucket can lock objects; True if the server does not say."""
        from botocore.exceptions import ClientError

        with self._errors():
            try:
                self._client.get_object_lock_configuration(Bucket=self._bucket)
            except ClientError as error:
                return _code(error) != "ObjectLockConfigurationNotFoundError"
        return True

    def _lock_options(self) -> dict[str, Any]:
        if not self._lock:
            return {}
        return {"ObjectLockMode": self._lock[0], "ObjectLockRetainUntilDate": self._lock[1]}

    def _check_listed(self, transfer: Transfer, base: str) -> None:
        """Compare a new listing with the deposit: a server can answer 200 and store nothing."""
        there = self._list(base)
        for item in transfer.items:
            held = there.get(base + item.path)
            if held is None or held.size != item.size:
                raise DepositError(
                    _(
                        "{target} confirmed {path}, but does not list it",
                        target=self.target,
                        path=item.path,
                    ),
                    _("Deposit again. If the error persists, check the storage."),
                )

    def _check_locked(self, transfer: Transfer, base: str) -> None:
        """Check that every object has the requested lock: a server can ignore the request."""
        if not self._lock:
            return
        for item in transfer.items:
            found = self._head(base + item.path)
            until = found.get("ObjectLockRetainUntilDate")
            if (
                found.get("ObjectLockMode") != self._lock[0]
                or until is None
                or (until < self._lock[1])
            ):
                raise DepositError(
                    _(
                        "{target} stored {path}, but did not lock it as requested",
                        target=self.target,
                        path=item.path,
                    ),
                    _("Enable object lock when you create the bucket."),
                )

    def _read_back(self, item: Item, key: str) -> Arrival:
        return Arrival(
            path=item.path,
            size=item.size,
            sha256=item.sha256,
            algorithm="read back",
            expected=item.sha256,
            stored=self._digest(key, item.size),
        )

    def _digest(self, key: str, size: int) -> str:
        return sha256_of(limited(self._blocks(key), min(size, limits.DOWNLOAD.value), key))

    def _blocks(self, key: str) -> Iterator[bytes]:
        answer = self._client.get_object(Bucket=self._bucket, Key=key)
        count = 0
        with contextlib.closing(answer["Body"]) as body:
            for block in self._read(body._raw_stream, limits.DOWNLOAD):
                count += len(block)
                yield block
        if count != answer.get("ContentLength", count):
            raise LostError(_("{target} stopped while it sent {key}", target=self.target, key=key))

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn botocore's errors into DepositError and LostError."""
        from botocore import exceptions as of_botocore
        from botocore.parsers import ResponseParserError

        try:
            with repository_errors(self):  # botocore accepts any text as a number
                yield
        except ResponseParserError as error:
            raise DepositError(
                _("{target} answers with something other than S3's XML", target=self.target),
                _("Check the address, and whether a proxy answers in its place."),
            ) from error
        except of_botocore.ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            said = error.response.get("Error", {})
            words = redact(f"{said.get('Code')}: {said.get('Message')}")
            what = _(
                "{target} answers {status} to {operation_name}: {words}",
                target=self.target,
                status=status,
                operation_name=error.operation_name,
                words=words,
            )
            if status in (429, 500, 502, 503, 504) or _code(error) in _LATER:
                raise LostError(what) from error
            hint = _("Check the login and its permissions.") if status in (401, 403) else ""
            if _code(error) == "NoSuchBucket":
                hint = _("Create the bucket, with object lock if you want it.")
            raise DepositError(what, hint) from error
        except of_botocore.NoCredentialsError as error:
            raise DepositError(
                _("there is no login for {target}", target=self.target),
                _("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials."),
            ) from error
        except of_botocore.SSLError as error:
            raise DepositError(
                _("{target}: its certificate is not valid", target=self.target),
                _("Certificates are always verified. Name your own authority with AWS_CA_BUNDLE."),
            ) from error
        except (of_botocore.HTTPClientError, of_botocore.ResponseStreamingError) as error:
            words = redact(str(error))
            raise LostError(
                _(
                    "{target} could not be reached, or did not finish: {words}",
                    target=self.target,
                    words=words,
                )
            ) from error
        except of_botocore.BotoCoreError as error:
            raise DepositError(f"{self.target}: {redact(str(error))}") from error


def _plain(arrival: Arrival) -> Arrival:
    if arrival.algorithm == "read back":
        return arrival.model_copy(update={"algorithm": "sha256"})
    return arrival


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
