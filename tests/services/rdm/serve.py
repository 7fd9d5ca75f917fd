"""Serve InvenioRDM's REST API over TLS, as the links in its answers say."""

import os
from pathlib import Path

from invenio_app.factory import create_api
from invenio_rdm_records.services.pids.providers import DataCitePIDProvider
from invenio_rdm_records.services.pids.providers.base import PIDProvider
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, run_simple

# Registering a DOI needs DataCite and a search index with the vocabularies; reserving one does not.
# Here a DOI is only registered in InvenioRDM's own database.
DataCitePIDProvider.register = lambda self, pid, **named: PIDProvider.register(self, pid)
DataCitePIDProvider.update = lambda self, pid, **named: True
api = create_api()
with api.app_context():
    # The database may be a copy from another folder, so the place of the files is set.
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
