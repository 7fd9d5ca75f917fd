"""A minimal replacement for OpenSearch, so that InvenioRDM can run.

It accepts every document, but it only answers one query, which asks for the document with an
identifier. It compares texts and ignores permissions. Tests must not use other searches.
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = dict[str, Any]

SHARDS = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
NOTHING = {
    "took": 1,
    "timed_out": False,
    "_shards": SHARDS,
    "hits": {"total": {"value": 0, "relation": "eq"}, "max_score": None, "hits": []},
    "aggregations": {},
}
VERSION = {"number": "2.19.0", "distribution": "opensearch", "build_type": "tar"}


DOCUMENTS: dict[tuple[str, str], Answer] = {}
IDENTIFIER = re.compile(r'metadata\.identifiers\.identifier:\\?"([^"\\]+)')


def search(body: bytes) -> Answer:
    asked = IDENTIFIER.search(body.decode())
    hits = [
        {"_index": index, "_id": name, "_score": 1.0, "_source": document}
        for (index, name), document in DOCUMENTS.items()
        if asked
        and any(
            each.get("identifier") == asked[1]
            for each in document.get("metadata", {}).get("identifiers", [])
        )
    ]
    found = {"total": {"value": len(hits), "relation": "eq"}, "max_score": 1.0, "hits": hits}
    return NOTHING | {"hits": found, "aggregations": facets(json.loads(body or b"{}"))}


def bulk(body: bytes) -> Answer:
    lines = [json.loads(line) for line in body.split(b"\n") if line.strip()]
    items = []
    while lines:
        ((action, about),) = lines.pop(0).items()
        key = (about.get("_index"), about.get("_id"))
        if action == "delete":
            DOCUMENTS.pop(key, None)
        else:
            DOCUMENTS[key] = lines.pop(0)
        done = {"_index": about.get("_index"), "_id": about.get("_id"), "_version": 1}
        items.append({action: {**done, "result": "created", "status": 201, "_shards": SHARDS}})
    return {"took": 1, "errors": False, "items": items}


def facets(asked: Answer) -> Answer:
    """Return every requested facet without values."""
    empty = {"doc_count": 0, "buckets": [], "sum_other_doc_count": 0}
    return {
        name: {**empty, "doc_count_error_upper_bound": 0, **facets(each)}
        for name, each in (asked.get("aggs") or asked.get("aggregations") or {}).items()
    }


class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, found = self.found(self.path.split("?")[0], body)
        data = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def found(self, path: str, body: bytes) -> tuple[int, Answer]:
        if self.command == "HEAD" and path != "/":
            return 404, {}
        if path == "/":
            return 200, {"name": "sink", "cluster_name": "sink", "version": VERSION}
        if path.endswith("/_bulk"):
            return 200, bulk(body)
        if path.endswith("/_msearch"):
            return 200, {"took": 1, "responses": [NOTHING] * (body.count(b"\n") // 2)}
        if path.endswith("/_search"):
            return 200, search(body)
        if path.endswith("/_count"):
            return 200, {"count": 0, "_shards": SHARDS}
        document = re.match(r"^/([^/]+)/(?:_doc|_create)/(.+)$", path)
        if document:
            about = {"_index": document[1], "_id": document[2]}
            if self.command in ("PUT", "POST"):
                DOCUMENTS[document[1], document[2]] = json.loads(body)
                done = {"_version": 1, "result": "created", "_seq_no": 1, "_primary_term": 1}
                return 201, {**about, **done, "_shards": SHARDS}
            if self.command == "DELETE":
                DOCUMENTS.pop((document[1], document[2]), None)
                return 200, {**about, "result": "deleted"}
            return 404, {**about, "found": False}
        if re.search(r"_refresh|_by_query", path):
            counts = {"total": 0, "deleted": 0, "updated": 0, "failures": []}
            return 200, {"_shards": SHARDS, **counts}
        if self.command in ("PUT", "POST"):
            name = path.strip("/").split("/")[0]
            return 200, {"acknowledged": True, "shards_acknowledged": True, "index": name}
        return 200, {"acknowledged": True} if self.command == "DELETE" else {}

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Sink).serve_forever()
