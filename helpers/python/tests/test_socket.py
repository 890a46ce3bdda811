"""A control API that listens at a Unix domain socket. These tests need no simulator."""

import http.server
import socketserver
import threading

import pytest
from apns_sim import ControlError
from apns_sim.control import call


class Rejecting(http.server.BaseHTTPRequestHandler):
    """Accepts POST and rejects GET."""

    def do_POST(self):
        self.respond(200, b'{"method":"POST"}')

    def do_GET(self):
        self.respond(422, b'{"detail":"because"}')

    def respond(self, status, body):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "socket"

    def log_message(self, *_):
        pass


def test_a_control_api_at_a_socket_is_reached(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("s") / "s")
    with socketserver.ThreadingUnixStreamServer(path, Rejecting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert call("unix:" + path, "POST", "/v1/devices", {"count": 1}) == {"method": "POST"}
        with pytest.raises(ControlError, match="^GET /v1/info: because$"):
            call("unix:" + path, "GET", "/v1/info")
        server.shutdown()
    with pytest.raises(OSError):
        call("unix:" + path + "-absent", "GET", "/v1/info")
