"""The relator codes of the Library of Congress for what agents did (EAD, MODS, MARC)."""

from __future__ import annotations

AUTHOR = "aut"
ADDRESSEE = "rcp"
SIGNER = "sgn"
MAKERS = {"translator": "trl", "transcriber": "trc", "redactor": "red"}
"""The codes of the makers of versions, by their role in `derived_facts`."""
