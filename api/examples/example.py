#!/usr/bin/env python3
"""Stores an answer, reads the score, and shows what a refusal says:

    MITTARI_URL=http://localhost:8080 MITTARI_KEY=… ./example.py

The key needs the scopes responses:write and scores:read. Python 3.8 or later; nothing else.
"""

import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

TRIES = 5


class Refused(Exception):
    """The server's problem document (RFC 9457)."""

    def __init__(self, problem):
        super().__init__(problem["detail"])
        self.problem = problem


def call(method, path, body=None):
    """Sends a request and gives the answer. It is sent again while the server is busy or away."""
    request = urllib.request.Request(
        os.environ["MITTARI_URL"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + os.environ["MITTARI_KEY"], "Content-Type": "application/json"},
    )
    for attempt in range(1, TRIES + 1):
        wait = 2.0**attempt / 4
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or attempt == TRIES:
                if error.headers.get_content_type() != "application/problem+json":
                    raise
                raise Refused(json.load(error)) from error
            wait = float(error.headers.get("Retry-After", wait))
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError):
            if attempt == TRIES:
                raise
        time.sleep(wait)


def main():
    # A submission_id of yours makes it safe to send again: it is stored once.
    stored = call("POST", "/v1/responses", {
        "submission_id": "ord-8412-python", "touchpoint": "python", "metric": "nps", "score": 9, "comment": "Quick and friendly.",
    })
    print("stored", stored["id"], "now" if stored["new"] else "before")

    query = urllib.parse.urlencode({"metric": "nps", "window": "today", "touchpoint": "python"})
    score = call("GET", "/v1/scores?" + query)["scores"][0]
    print(f"nps {score['score']:.0f} of {score['sample_size']}")

    # What is wrong is told field by field.
    try:
        call("POST", "/v1/responses", {"touchpoint": "python", "metric": "nps", "score": 11})
    except Refused as refused:
        for fault in refused.problem.get("errors", []):
            print("refused:", refused.problem["code"], fault["field"], fault["message"])


if __name__ == "__main__":
    main()
