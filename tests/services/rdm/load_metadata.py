"""Load metadata with InvenioRDM's own schema, without a server.

Reads one JSON document on each line, and writes what the schema loads, or its errors.
"""

import json
import sys

from flask import Flask
from invenio_config.default import ALLOWED_HTML_ATTRS, ALLOWED_HTML_TAGS
from invenio_i18n import InvenioI18N
from invenio_rdm_records import config
from invenio_rdm_records.services.schemas.metadata import MetadataSchema
from marshmallow import ValidationError

app = Flask("invenio")
app.config.from_object(config)
app.config.update(ALLOWED_HTML_TAGS=ALLOWED_HTML_TAGS, ALLOWED_HTML_ATTRS=ALLOWED_HTML_ATTRS)
InvenioI18N(app)
with app.app_context():
    for line in sys.stdin:
        try:
            loaded = MetadataSchema().load(json.loads(line)["metadata"])
        except ValidationError as refused:
            loaded = {"refused": refused.messages}
        print(json.dumps(loaded, default=str))
