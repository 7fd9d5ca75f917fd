"""Give a fresh InvenioRDM what a deposit needs: a resource type, a user, a token."""

import os
from datetime import UTC, datetime
from pathlib import Path

from flask_security.utils import hash_password
from invenio_access.permissions import system_identity
from invenio_accounts.proxies import current_datastore
from invenio_app.factory import create_api
from invenio_db import db
from invenio_oauth2server.models import Token
from invenio_vocabularies.proxies import current_service as vocabularies

DATASET = {
    "id": "dataset",
    "type": "resourcetypes",
    "title": {"en": "Dataset"},
    "icon": "table",
    "tags": ["depositable", "linkable"],
    "props": {
        "csl": "dataset",
        "datacite_general": "Dataset",
        "datacite_type": "",
        "openaire_resourceType": "21",
        "openaire_type": "dataset",
        "eurepo": "info:eu-repo/semantics/other",
        "schema_org": "https://schema.org/Dataset",
        "subtype": "",
        "type": "dataset",
        "marc21_type": "dataset",
        "marc21_subtype": "",
    },
}

with create_api().app_context():
    vocabularies.create_type(system_identity, "resourcetypes", "rsrct")
    vocabularies.create_type(system_identity, "relationtypes", "rlt")
    vocabularies.create(system_identity, DATASET)
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
