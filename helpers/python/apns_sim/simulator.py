"""Finds the simulator, or starts one."""

import atexit
import json
import os
import shutil
import subprocess
import threading
import urllib.error
import urllib.request

#: Where the control API is by default.
DEFAULT_CONTROL = "http://127.0.0.1:8197"

_lock = threading.Lock()
_started = None  # the control API of the simulator that this process has started


class NoSimulator(Exception):
    """There is no simulator, and none can be started."""


def find():
    """Returns the address of the control API: of APNS_SIM_CONTROL, of a simulator at the default port,
    or of one that it starts and that stops with this process."""
    global _started
    if control := os.environ.get("APNS_SIM_CONTROL"):
        return control.rstrip("/")
    with _lock:
        if not _started:
            _started = DEFAULT_CONTROL if _answers(DEFAULT_CONTROL) else _start()
        return _started


def _answers(control):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(control + "/livez", timeout=2) as response:
            return response.status == 200 and response.read().strip() == b"live"
    except (OSError, ValueError):
        return False


def _start():
    binary = os.environ.get("APNS_SIM_BIN") or shutil.which("apns-sim")
    if not binary:
        raise NoSimulator(
            "no simulator: none answers at " + DEFAULT_CONTROL + ", and apns-sim is not on PATH; install it "
            "(https://github.com/apns-sim/apns-sim), set APNS_SIM_BIN to its path, or set APNS_SIM_CONTROL"
        )
    command = [binary, "serve", "--any-port", "--ready", "json", "--stop-with-stdin", "--stop-timeout", "0s", "--log-level", "error"]
    # The end of its standard input stops it, also when this process is killed. It drops log
    # lines that nobody reads.
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as failure:
        raise NoSimulator(f"cannot start {binary}: {failure}") from failure
    record = process.stdout.readline()
    if not record:
        _, errors = process.communicate()
        raise NoSimulator(f"{binary} ended with exit code {process.returncode}: {errors.decode(errors='replace').strip()}")
    atexit.register(_stop, process)
    return json.loads(record)["control"]


def _stop(process):
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    process.wait()
