"""Serve InvenioRDM's REST API over TLS, as the links in its answers say."""

import os
from pathlib import Path

from datacite import DataCiteRESTClient
from invenio_app.factory import create_api
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, run_simple

# Registering a DOI needs the world outside; reserving one does not.
for name in ("public_doi", "update_doi", "hide_doi", "show_doi", "draft_doi", "delete_doi"):
    setattr(DataCiteRESTClient, name, lambda *words, **named: None)
api = create_api()
with api.app_context():
    # The database may be a copy made elsewhere; the files are here.
    from invenio_db import db
    from invenio_files_rest.models import Location

    here = Location.query.filter_by(default=True).one()
    here.uri = Path(os.environ["RDM_FILES"], "store").as_uri()
    db.session.commit()
WSGIRequestHandler.protocol_version = "HTTP/1.1"
run_simple(
    "127.0.0.1",
    int(os.environ["RDM_PORT"]),
    DispatcherMiddleware(NotFound(), {"/api": api}),
    threaded=True,
    ssl_context=(os.environ["RDM_CERTIFICATE"], os.environ["RDM_KEY"]),
)
