"""Dates: EDTF, calendars, and dates as people write them."""
