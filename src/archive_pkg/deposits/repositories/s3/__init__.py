"""`s3://`: Amazon S3, and servers that speak its protocol."""

from archive_pkg.deposits.repositories.s3.bucket import S3Bucket

__all__ = ["S3Bucket"]
