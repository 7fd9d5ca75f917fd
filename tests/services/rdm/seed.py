"""Fill a fresh InvenioRDM with vocabularies, a user and a token."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import yaml
from flask_security.utils import hash_password
from invenio_access.permissions import system_identity
from invenio_accounts.proxies import current_datastore
from invenio_app.factory import create_api
from invenio_db import db
from invenio_oauth2server.models import Token
from invenio_rdm_records import fixtures
from invenio_vocabularies.proxies import current_service as vocabularies

FIXTURES = Path(fixtures.__file__).parent / "data"
VOCABULARIES = {
    "resourcetypes": "resource_types.yaml",
    "titletypes": "title_types.yaml",
    "contributorsroles": "roles.yaml",
    "datetypes": "date_types.yaml",
    "descriptiontypes": "description_types.yaml",
    "relationtypes": "relation_types.yaml",
}


def licences():
    """Return those licences of InvenioRDM that are from Creative Commons."""
    with (FIXTURES / "vocabularies" / "licenses.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["id"].startswith("cc"):
                props = {"url": row["props__url"], "scheme": row["props__scheme"]}
                yield {"id": row["id"], "title": {"en": row["title__en"]}, "props": props}


with create_api().app_context():
    # The vocabularies that the metadata of a letter use.
    types = yaml.safe_load((FIXTURES / "vocabularies.yaml").read_text())
    for name, file in VOCABULARIES.items():
        vocabularies.create_type(system_identity, name, types[name]["pid-type"])
        for term in yaml.safe_load((FIXTURES / "vocabularies" / file).read_text()):
            vocabularies.create(system_identity, term | {"type": name})
    vocabularies.create_type(system_identity, "licenses", types["licenses"]["pid-type"])
    for term in licences():
        vocabularies.create(system_identity, term | {"type": "licenses"})
    user = current_datastore.create_user(
        email="depositor@example.org",
        password=hash_password("of the tests"),
        active=True,
        confirmed_at=datetime.now(UTC).replace(tzinfo=None),
    )
    current_datastore.commit()
    token = Token.create_personal("deposit", user.id, scopes=["user:email"], is_internal=False)
    db.session.commit()
    Path(os.environ["RDM_TOKEN_FILE"]).write_text(token.access_token)
