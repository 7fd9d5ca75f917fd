"""S3: parts are resumed, nothing is replaced, digests are compared, objects are locked."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from archive_pkg import deposits
from archive_pkg.deposits.repositories.s3 import parts
from archive_pkg.errors import DepositError, UsageError
from archive_pkg.packages import build_package
from services import servers, targets

pytestmark = pytest.mark.service
in_s3 = pytest.mark.parametrize("target", ["swift", "localstack", "moto"], indirect=True)


@pytest.fixture
def package(letter: Path, tmp_path: Path) -> Path:
    (letter / "scan.tif").write_bytes(os.urandom(17 << 20))
    record = letter / "record.yaml"
    scan = "  - {id: scan, kind: scan, file: scan.tif, media_type: image/tiff}\n"
    record.write_text(record.read_text().replace("parts:\n", "parts:\n" + scan))
    return build_package(letter, tmp_path / "out", on=date(2026, 11, 24)).path


@in_s3
def test_parts_that_s3_already_has_are_not_sent_again(
    target: targets.Target, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART", 5 << 20)
    bucket: Any = deposits.repository_for(target.address)
    sent: list[int] = []
    upload = bucket._client.upload_part

    def breaks(**options: Any) -> Any:
        if options["PartNumber"] > 2:
            raise DepositError("the test breaks off here")
        answer = upload(**options)
        sent.append(options["PartNumber"])
        return answer

    monkeypatch.setattr(bucket._client, "upload_part", breaks)
    with pytest.raises(DepositError, match="breaks off"):
        deposits.deposit(package, bucket)
    assert (known := deposits.ask(package, target.address))
    assert known[0].status.state in ("partial", "absent")

    def counts(**options: Any) -> Any:
        sent.append(options["PartNumber"])
        return upload(**options)

    monkeypatch.setattr(bucket._client, "upload_part", counts)
    done = deposits.deposit(package, bucket)
    assert sorted(sent) == [1, 2, 3, 4]
    assert done.receipt.verified == "server-digest"
    assert set(target.held().values()) == {file.sha256 for file in done.receipt.files}
    assert deposits.check_receipt(done.path, [target.address]).ok
    assert not deposits.deposit(package, bucket).new


@in_s3
def test_an_object_with_different_bytes_is_not_replaced(
    target: targets.Target, package: Path
) -> None:
    bucket: Any = deposits.repository_for(target.address)
    (first, *_) = deposits.plan(package, bucket).transfers
    client = bucket._client
    name = target.address.removeprefix("s3://").partition("/")[0]
    client.put_object(Bucket=name, Key=first.to, Body=b"holiday")
    with pytest.raises(DepositError, match="with different bytes"):
        deposits.deposit(package, bucket)
    assert client.get_object(Bucket=name, Key=first.to)["Body"].read() == b"holiday"


def test_objects_are_locked_if_the_address_asks_for_it(
    localstack: servers.LocalStack, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", localstack.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", localstack.secret)
    client = botocore.session.get_session().create_client(
        "s3", region_name="us-east-1", endpoint_url=localstack.url
    )
    client.create_bucket(Bucket="unlocked")
    plan = deposits.plan(
        package, f"s3://unlocked?endpoint={localstack.url}&lock=governance:2036-12-31"
    )
    assert [finding.code for finding in plan.report] == ["deposit-target-not-ready"]
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    address = f"s3://locked/letters?endpoint={localstack.url}&lock=governance:2036-12-31"
    done = deposits.deposit(package, address)
    assert done.receipt.answer["lock"] == ["GOVERNANCE", "2036-12-31T23:59:59+00:00"]
    assert done.receipt.answer["write_once"] == "by the server"
    key = done.receipt.remote_id + "bagit.txt"
    kept = client.get_object_retention(Bucket="locked", Key=key)["Retention"]
    assert (kept["Mode"], kept["RetainUntilDate"].year) == ("GOVERNANCE", 2036)
    big = client.head_object(Bucket="locked", Key=done.receipt.remote_id + "data/parts/scan.tif")
    assert big["ObjectLockMode"] == "GOVERNANCE"


def test_a_receipt_has_the_digests_that_s3_computed(
    localstack: servers.LocalStack, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = targets.s3(localstack, "digests")
    for name, value in target.environment.items():
        monkeypatch.setenv(name, value)
    receipt = deposits.deposit(package, target.address).receipt
    algorithms = {file.algorithm for file in receipt.files}
    assert algorithms == {"sha256, base64", "sha256 of the parts' sha256, base64"}
    assert hashlib.sha256((package / "bagit.txt").read_bytes()).hexdigest() in {
        file.sha256 for file in receipt.files
    }


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "s3://bucket?lock=governance:2016-12-31",
        "s3://bucket?lock=forever",
        "s3://bucket?lock=governance:soon",
        "s3://bucket?key=x",
    ],
)
def test_an_address_with_missing_or_invalid_options_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        deposits.repository_for(address)
