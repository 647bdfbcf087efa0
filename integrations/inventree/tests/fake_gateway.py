"""A server that responds to POST /events like the gateway, or with prepared responses."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "token-of-the-test"


class FakeGateway:
    """`answers` holds one response per request: (status, headers, body), or seconds of silence."""

    def __init__(self, port=0, answers=()):
        self.answers = list(answers)
        self.requests = []
        self.taken = []
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def stop(self):
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, path, token, events):
        if self.answers:
            answer = self.answers.pop(0)
            if not isinstance(answer, (int, float)):
                return answer
            self._ended.wait(answer)
        if path != "/events":
            return 404, {}, {"detail": "no such route"}
        if token != f"Bearer {TOKEN}":
            return 401, {}, {"detail": "expected the token"}
        errors = [
            {"index": index, "field": "event", "expected": "a good event", "got": each["event"]}
            for index, each in enumerate(events)
            if each["event"].startswith("bad.")
        ]
        if errors:
            return 422, {}, {"errors": errors}
        self.taken += events
        return 202, {}, {"ids": [each["id"] for each in events]}

    def _handler(gateway):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                events = json.loads(self.rfile.read(length))
                gateway.requests.append(events)
                status, headers, body = gateway.answer_to(
                    self.path, self.headers["Authorization"], events
                )
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        return Handler
