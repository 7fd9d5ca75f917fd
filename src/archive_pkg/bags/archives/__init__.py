"""Bags in archives (zip, tar): read in place, packed and unpacked."""
