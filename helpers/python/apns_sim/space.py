"""A space, its devices and faults."""

import base64
import json
import pathlib
import tempfile
import urllib.parse
from datetime import datetime, timedelta, timezone
from time import monotonic  # by this name, so that a test that patches time does not patch this

from .control import ControlError, call, query
from .simulator import find


class NotDelivered(AssertionError):
    """What a test waited for did not come. The text begins with the difference, and lists what came."""


class Space:
    """An isolated team with apps, devices, a history, faults and a clock. Keys are written to files in `folder`."""

    def __init__(self, folder=None, environment="production", topics=(), devices=1):
        self._control = find()
        self._temp = None if folder else tempfile.TemporaryDirectory(prefix="apns-sim-")
        folder = pathlib.Path(folder or self._temp.name)
        made = self._call("POST", "/v1/spaces", {"environment": environment, "topics": list(topics), "devices": devices})
        self.team, self.key_id, self.environment = made["team"], made["keyId"], environment
        #: The bundle IDs of the apps, and the first of them.
        self.topics, self.topic = made["topics"], made["topics"][0]
        #: Environment variables for a program under test, as apns-sim exec sets them.
        self.variables = made["variables"]
        #: Where the provider API is.
        self.provider = self.variables["APNS_SIM_PROVIDER" + ("_SANDBOX" if environment == "sandbox" else "")]
        address = urllib.parse.urlsplit(self.provider)
        self.host, self.port = address.hostname, address.port or 443
        #: The authentication key, as the text of a .p8 file, and the file.
        self.key, self.key_file = made["key"], folder / "key.p8"
        #: A provider certificate with its key, and the root certificate to trust, PEM.
        self.certificate_file, self.ca_file = folder / "certificate.pem", folder / "ca.pem"
        self.key_file.write_text(self.key)
        self.certificate_file.write_text(made["certificate"])
        self.ca_file.write_text(made["ca"])
        self.devices = [Device(self, one) for one in made["devices"]]
        self._set_clock(made["time"])

    @property
    def device(self):
        """The first device."""
        return self.devices[0]

    @property
    def token(self):
        """The device token of the first app on the first device."""
        return self.device.token()

    def received(self, count, timeout="10s"):
        """Waits until the first device has received this many notifications and returns all, in order.
        Each has `payload`, decoded, and `bytes`."""
        return self.device.received(count, timeout)

    def require_delivered(self, *words):
        """Waits until a push that fits the filter words has arrived at its device, as "payload.aps.badge=7", and returns
        the pushes that do. "count=2" waits for two, "timeout=1s" for a second instead of ten."""
        path = "/v1/notifications/wait?" + query(words, space=self.team, state="delivered", timeout="10s")
        try:
            return self._call("GET", path)["notifications"]
        except ControlError as failure:
            if "nearMisses" not in failure.problem:
                raise
            problem = failure.problem
        raise NotDelivered(_difference(problem) + "\n" + self._table())

    def pushes(self, *words):
        """What is recorded of the pushes that fit the filter words, as "status=429"; oldest first."""
        return self._call("GET", "/v1/notifications?" + query(words, order="oldest", limit=1000, space=self.team))["notifications"]

    def show(self, apns_id):
        """All that is recorded of a push."""
        return self._call("GET", "/v1/notifications/" + urllib.parse.quote(apns_id))

    def delivered(self, apns_ids):
        """Waits until each of these pushes has arrived at its device."""
        for apns_id in apns_ids:
            self.require_delivered("apns-id=" + apns_id)

    def inject(self, after=0, times=1, **what):
        """Injects a fault: inject(do="respond", reason="TooManyRequests"). It applies this many times, after this many
        pushes were spared; times=0 is without limit. It ends with the space, or as a context manager with its block."""
        rule = {"space": self.team, "when": {"after": after, "times": times}, "what": what}
        [made] = self._call("POST", "/v1/faults", rule)["faults"]
        return Fault(self, made["name"])

    def hits(self):
        """The number of hits of the faults of this space."""
        return sum(f.get("hits", 0) for f in self._faults())

    def advance(self, by):
        """Moves the clock of this space, by a timedelta or as "61m". It does not move the clock of this process:
        see `now` and `time`."""
        if isinstance(by, timedelta):
            by = f"{by // timedelta(microseconds=1)}us"
        self._set_clock(self._call("POST", f"/v1/spaces/{self.team}/clock/advance", {"by": by})["time"])

    def now(self):
        """The time of the space, which counts for the age of provider tokens: a datetime in UTC."""
        return self._base + timedelta(seconds=monotonic() - self._read)

    def time(self):
        """The same in seconds since 1970, in place of time.time: monkeypatch.setattr(time, "time", space.time)."""
        return self.now().timestamp()

    def uninstall(self):
        """Removes the first app from the first device."""
        self.device.uninstall()

    def close(self):
        """Deletes the space and all there is in it."""
        self._call("DELETE", f"/v1/spaces/{self.team}")
        if self._temp:
            self._temp.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _set_clock(self, text):
        # Python before 3.11 reads at most six digits of a second, and no Z.
        whole, _, fraction = text.rstrip("Z").partition(".")
        self._base = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc) + timedelta(seconds=float("0." + (fraction or "0")))
        self._read = monotonic()

    def _faults(self):
        return [f for f in self._call("GET", "/v1/faults")["faults"] if f.get("space") == self.team]

    def _table(self):
        """Lists the pushes of the space, the oldest first."""
        rows = [("apns-id", "state", "reason", "payload")]
        for push in self.pushes():
            payload = json.dumps(push.get("payload"), ensure_ascii=False, separators=(",", ":"))
            rows.append((push.get("id", ""), push["state"], push.get("response", {}).get("reason", ""), payload))
        if len(rows) == 1:
            return "no push has come"
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        return "\n".join("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]) for row in rows)

    def _call(self, method, path, body=None):
        return call(self._control, method, path, body)


def _difference(problem):
    """Says in one line how the nearest push differs, or what was awaited."""
    for miss in problem["nearMisses"]:
        return ", ".join(f"{d['word']} is {d['got'] or 'missing'}, not {d['want']}" for d in miss["differences"])
    return problem["detail"]


class Fault:
    """A fault that is in force until its block or its space ends."""

    def __init__(self, space, name):
        self._space, self.name = space, name

    def hits(self):
        """How often it has applied."""
        return sum(f.get("hits", 0) for f in self._space._faults() if f["name"] == self.name)

    def remove(self):
        """Removes it."""
        space = self._space
        space._call("DELETE", f"/v1/faults/{urllib.parse.quote(self.name)}?space={space.team}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


class Device:
    """A virtual device of a space."""

    def __init__(self, space, state):
        self._space, self._tokens = space, {}
        self._read(state)

    def _read(self, state):
        #: The id, which changes when the device is erased.
        self.id = state["id"]
        self._tokens.update((app["topic"], app["token"]) for app in state.get("apps", []))

    def token(self, topic=None):
        """The newest device token of an app, or of the first app of the space, also after the app was removed."""
        return self._tokens[topic or self._space.topic]

    def received(self, count, timeout="10s"):
        """Waits until this many notifications have arrived and returns all, in order. Each has `payload`, decoded, and `bytes`."""
        try:
            inbox = self._space._call("GET", f"/v1/devices/{self.id}/inbox?count={count}&timeout={timeout}")
        except ControlError as failure:
            if failure.problem.get("status") != 408:
                raise
            detail = failure.problem["detail"]
        else:
            return [dict(n, bytes=base64.b64decode(n["payloadBase64"])) for n in inbox["notifications"]]
        raise NotDelivered(detail.partition(";")[0] + "\n" + self._space._table())

    def online(self):
        """Connects it."""
        self._act("online")

    def offline(self):
        """Disconnects it; pushes are stored by the rules of APNs."""
        self._act("offline")

    def lock(self):
        """Locks it: it is in use for ten more seconds."""
        self._act("lock")

    def unlock(self):
        """Unlocks it: it is in use for ten minutes."""
        self._act("unlock")

    def sleep(self):
        """Puts it to sleep: it is not in use."""
        self._act("sleep")

    def wake(self):
        """Wakes it and keeps it in use, as on a charger."""
        self._act("wake")

    def low_power(self):
        """Turns on Low Power Mode: pushes of priority 5 and 1 wait."""
        self._act("low-power")

    def full_power(self):
        """Turns off Low Power Mode."""
        self._act("full-power")

    def erase(self):
        """Erases it: its tokens are retired, and it comes back as another device without apps."""
        self._act("erase")

    def revoke(self):
        """Has its certificate rejected: it comes back with another key, as another device with the same apps."""
        self._act("revoke")

    def install(self, topic=None):
        """Installs an app and returns its device token."""
        self._act("install", topic or self._space.topic)
        return self.token(topic)

    def uninstall(self, topic=None):
        """Removes an app: pushes to its token are answered Unregistered."""
        self._act("uninstall", topic or self._space.topic)

    def reinstall(self, topic=None):
        """Removes an app and installs it again; returns its new device token."""
        self.uninstall(topic)
        return self.install(topic)

    def rotate(self, topic=None):
        """Gives an app a new device token, and returns it; the old one is answered Unregistered."""
        self._act("rotate", topic or self._space.topic)
        return self.token(topic)

    def forbid(self, topic=None):
        """Forbids the notifications of an app: pushes to it are accepted and dropped."""
        self._act("forbid", topic or self._space.topic)

    def allow(self, topic=None):
        """Allows the notifications of an app again."""
        self._act("allow", topic or self._space.topic)

    def _act(self, action, topic=None):
        body = {"topic": topic} if topic else None
        self._read(self._space._call("POST", f"/v1/devices/{self.id}/{action}", body))
