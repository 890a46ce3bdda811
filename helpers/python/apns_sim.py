"""A space of its own for each test, in the simulator that `apns-sim exec` started:
a team with a key, a certificate, an app and a device, which no other test sees.

With pytest, ask for the fixture `space`, or `sandbox_space` for one whose device lives in
the sandbox."""

import base64
import json
import os
import pathlib
import urllib.error
import urllib.parse
import urllib.request

import pytest


@pytest.fixture
def space(tmp_path):
    """A Space, which is deleted when the test ends."""
    made = Space(tmp_path)
    yield made
    made.close()


@pytest.fixture
def sandbox_space(tmp_path):
    """The same in the sandbox."""
    made = Space(tmp_path, "sandbox")
    yield made
    made.close()


class Refused(Exception):
    """The control API refused a request; the text says why."""


class Space:
    """An isolated team, with a device in production or the sandbox.
    Keys are written to files in `folder`."""

    def __init__(self, folder: pathlib.Path, environment="production"):
        self._control = os.environ.get("APNS_SIM_CONTROL")
        if not self._control:
            raise RuntimeError("there is no simulator: run the tests with apns-sim exec -- pytest")
        made = self._call("POST", "/v1/spaces", {"environment": environment})
        variable = "APNS_SIM_PROVIDER_SANDBOX" if environment == "sandbox" else "APNS_SIM_PROVIDER"
        provider = urllib.parse.urlsplit(os.environ[variable])
        #: Where the provider API is.
        self.host, self.port = provider.hostname, provider.port or 443
        self.team, self.key_id, self.topic = made["team"], made["keyId"], made["topics"][0]
        #: The authentication key, as the text of a .p8 file.
        self.key = made["key"]
        #: The id of the device, and the device token to push to.
        self.device, self.token = made["devices"][0]["id"], made["devices"][0]["apps"][0]["token"]
        #: A provider certificate with its key, and the root certificate to trust, PEM.
        self.certificate_file, self.ca_file = folder / "certificate.pem", folder / "ca.pem"
        self.certificate_file.write_text(made["certificate"])
        self.ca_file.write_text(made["ca"])

    def received(self, count, timeout="10s"):
        """Waits until the device has received this many notifications and returns all, in order.
        Each has `payload`, decoded, and `bytes`."""
        inbox = self._call("GET", f"/v1/devices/{self.device}/inbox?count={count}&timeout={timeout}")
        return [dict(n, bytes=base64.b64decode(n["payloadBase64"])) for n in inbox["notifications"]]

    def pushes(self, **words):
        """What is recorded of the pushes that fit the filter words, as status=429; oldest first."""
        query = urllib.parse.urlencode({"order": "oldest", "limit": 1000, "space": self.team, **words})
        return self._call("GET", "/v1/notifications?" + query)["notifications"]

    def show(self, apns_id):
        """All that is recorded of a push."""
        return self._call("GET", "/v1/notifications/" + urllib.parse.quote(apns_id))

    def delivered(self, apns_ids):
        """Waits until each of these pushes has arrived at its device."""
        for apns_id in apns_ids:
            query = urllib.parse.urlencode({"space": self.team, "state": "delivered", "apns-id": apns_id})
            self._call("GET", "/v1/notifications/wait?" + query)

    def hits(self):
        """The number of hits of the faults of this space."""
        return sum(f["hits"] for f in self._call("GET", "/v1/faults")["faults"] if f.get("space") == self.team)

    def inject(self, after=0, times=1, **what):
        """Puts a fault into force for this space: inject(do="respond", reason="TooManyRequests")."""
        rule = {"space": self.team, "when": {"after": after, "times": times}, "what": what}
        self._call("POST", "/v1/faults", rule)

    def advance(self, by):
        """Moves the clock of this space, as "61m"."""
        self._call("POST", f"/v1/spaces/{self.team}/clock/advance", {"by": by})

    def uninstall(self):
        """Removes the app from the device."""
        self._call("POST", f"/v1/devices/{self.device}/uninstall", {"topic": self.topic})

    def close(self):
        """Deletes the space and all there is in it."""
        self._call("DELETE", f"/v1/spaces/{self.team}")

    def _call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if token := os.environ.get("APNS_SIM_CONTROL_TOKEN"):
            headers["Authorization"] = "Bearer " + token
        request = urllib.request.Request(
            self._control + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as refusal:
            raise Refused(f"{method} {path}: {refusal.read().decode()}") from refusal
