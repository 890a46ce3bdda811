"""Run by `make test-clients`: apns-sim exec -- pytest"""

import io

import pytest
from apns_sim import Refused, Space


def test_spaces_are_isolated(space, tmp_path):
    other = Space(tmp_path)
    assert other.team != space.team and other.token != space.token
    assert "PRIVATE KEY" in space.key and "PRIVATE KEY" in space.certificate_file.read_text()
    assert space.pushes() == []
    other.close()
    with pytest.raises(Refused):
        other.advance("1h")


def test_a_wait_that_is_not_met_tells_what_the_control_api_says(space):
    with pytest.raises(Refused, match="inbox has 0 notifications"):
        space.received(1, timeout="0s")


def test_without_a_simulator_it_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.delenv("APNS_SIM_CONTROL")
    with pytest.raises(RuntimeError, match="apns-sim exec"):
        Space(tmp_path)


def test_a_space_in_the_sandbox_has_its_device_there(sandbox_space, space):
    assert (sandbox_space.host, sandbox_space.port) != (space.host, space.port)
    assert sandbox_space._call("GET", f"/v1/devices/{sandbox_space.device}")["environment"] == "sandbox"


def test_the_control_token_is_sent(space, monkeypatch):
    seen = []

    class Response(io.BytesIO):
        pass

    monkeypatch.setenv("APNS_SIM_CONTROL_TOKEN", "the token of the control API")
    monkeypatch.setattr("urllib.request.urlopen", lambda request, timeout: seen.append(request) or Response(b"{}"))
    space.advance("1m")
    monkeypatch.undo()
    assert seen[0].get_header("Authorization") == "Bearer the token of the control API"
