"""Run by `make test-clients`: apns-sim exec -- pytest; by `make test-helpers` without a simulator, too."""

import time
from datetime import timedelta

import pytest
from apns_sim import ControlError, NoSimulator, NotDelivered, Space, simulator


def test_spaces_are_isolated(space, tmp_path):
    with Space(tmp_path) as other:
        assert other.team != space.team and other.token != space.token
    assert "PRIVATE KEY" in space.key and "PRIVATE KEY" in space.certificate_file.read_text()
    assert space.key_file.read_text() == space.key
    assert space.pushes() == []
    with pytest.raises(ControlError):
        other.advance("1h")


def test_a_space_has_the_topics_and_devices_that_were_asked_for(open_space):
    space = open_space(environment="sandbox", topics=["com.example.one", "com.example.two"], devices=2)
    assert space.topics == ["com.example.one", "com.example.two"]
    assert len({space.devices[0].token(), space.devices[1].token(), space.devices[1].token("com.example.two")}) == 3
    assert space.variables["APNS_SIM_TEAM"] == space.team


def test_a_wait_that_is_not_met_says_so_and_what_came(space):
    with pytest.raises(NotDelivered, match="^the inbox has 0 notifications after 0 and not 1\nno push has come$"):
        space.received(1, timeout="0s")
    with pytest.raises(NotDelivered, match="^0 of 1 pushes matched .*\nno push has come$"):
        space.require_delivered("payload.aps.badge=7", "timeout=1ms")


def test_a_wrong_filter_word_is_an_error_of_the_test(space):
    with pytest.raises(ControlError, match="there is no such filter word"):
        space.require_delivered("badge=7")


def test_a_space_in_the_sandbox_has_its_device_there(sandbox_space, space):
    assert (sandbox_space.host, sandbox_space.port) != (space.host, space.port)
    assert sandbox_space._call("GET", f"/v1/devices/{sandbox_space.device.id}")["environment"] == "sandbox"


def test_a_device_does_what_it_is_told(space):
    device, tokens = space.device, [space.token]
    device.offline(), device.online(), device.lock(), device.unlock(), device.sleep(), device.wake()
    device.low_power(), device.full_power(), device.forbid(), device.allow()
    tokens += [device.rotate(), device.reinstall()]
    assert len(set(tokens)) == 3 and space.token == tokens[-1]
    device.uninstall()
    assert space.token == tokens[-1], "tests push to the token of a removed app"
    ids = [device.id]
    for change in device.revoke, device.erase:
        change()
        ids.append(device.id)
    assert len(set(ids)) == 3
    assert device.install()


def test_a_fault_ends_with_its_block(space):
    with space.inject(do="respond", reason="TooManyRequests", times=0) as fault:
        assert fault.hits() == 0
        assert [f["name"] for f in space._faults()] == [fault.name]
    assert space._faults() == [] and space.hits() == 0


def test_the_clock_of_a_space_can_take_the_place_of_the_machines(space, monkeypatch):
    before = time.time()
    assert abs(space.time() - before) < 5
    space.advance("61m")
    space.advance(timedelta(minutes=1))
    monkeypatch.setattr(time, "time", space.time)
    assert 3720 <= time.time() - before < 3725
    assert space.now().utcoffset() == timedelta(0)


def test_without_a_simulator_it_says_what_to_do(tmp_path, monkeypatch):
    for name in ("APNS_SIM_CONTROL", "APNS_SIM_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(simulator, "_started", None)
    monkeypatch.setattr(simulator, "DEFAULT_CONTROL", "http://127.0.0.1:1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSimulator, match="install it .* set APNS_SIM_BIN"):
        Space(tmp_path)
    monkeypatch.setenv("APNS_SIM_BIN", str(tmp_path / "none"))
    with pytest.raises(NoSimulator, match="cannot start .*none"):
        Space(tmp_path)


def test_a_simulator_that_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(simulator.shutil, "which", lambda _: "false")
    monkeypatch.delenv("APNS_SIM_BIN", raising=False)
    with pytest.raises(NoSimulator, match="false ended with exit code 1"):
        simulator._start()
