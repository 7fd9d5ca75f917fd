"""Dates: EDTF, the calendars, and the ways in which people write dates."""
