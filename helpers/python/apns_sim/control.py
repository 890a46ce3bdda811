"""Requests to the control API of the simulator."""

import http.client
import json
import os
import socket
import urllib.error
import urllib.parse
import urllib.request

#: The control API is reached directly, whatever proxy the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _SocketConnection(http.client.HTTPConnection):
    """A connection to a control API that listens at a Unix domain socket."""

    def __init__(self, host, path, **options):
        super().__init__(host, **options)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _SocketHandler(urllib.request.HTTPHandler):
    def __init__(self, path):
        super().__init__()
        self._path = path

    def http_open(self, request):
        return self.do_open(_SocketConnection, request, path=self._path)


def _reach(control):
    """Returns what opens requests to a control API, and the URL that their paths are appended to."""
    if control.startswith("unix:"):
        handler = _SocketHandler(control.removeprefix("unix:"))
        return urllib.request.build_opener(urllib.request.ProxyHandler({}), handler), "http://localhost"
    return _direct, control


class ControlError(Exception):
    """The control API rejected a request; the text says why. `problem` is its response, decoded."""

    def __init__(self, text, problem):
        super().__init__(text)
        self.problem = problem


def call(control, method, path, body=None):
    """Sends a request and returns the response, decoded. Raises ControlError if it is rejected."""
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("APNS_SIM_CONTROL_TOKEN"):
        headers["Authorization"] = "Bearer " + token
    data = None if body is None else json.dumps(body).encode()
    opener, base = _reach(control)
    request = urllib.request.Request(base + path, method=method, data=data, headers=headers)
    try:
        with opener.open(request, timeout=60) as response:
            return json.loads(response.read() or b"null")
    except urllib.error.HTTPError as rejection:
        text = rejection.read().decode()
        try:
            problem = json.loads(text)
        except ValueError:
            problem = {"detail": text}
        raise ControlError(f"{method} {path}: {problem.get('detail', text)}", problem) from None


def query(words, **more):
    """Makes a query of filter words, as "status=429", and further parameters."""
    pairs = [tuple(word.split("=", 1)) if "=" in word else (word, "") for word in words]
    given = {name for name, _ in pairs}
    return urllib.parse.urlencode([(n, v) for n, v in more.items() if n not in given] + pairs)
