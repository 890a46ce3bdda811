"""Run by `make test-clients`: apns-sim exec -- pytest"""

import pytest
from apns_sim import Refused, Space


def test_each_space_is_another_world(space, tmp_path):
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
