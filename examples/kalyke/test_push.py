"""kalyke in tests: apns-sim exec -- pytest"""

import asyncio
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import kalyke.clients.apns
import pytest
from kalyke import ApnsClient, ApnsConfig, Payload
from kalyke import exceptions


def push(space, tmp_path, count=1, token=None):
    """Sends to the device, twenty at a time; returns apns-ids and exceptions."""

    class Simulator(ApnsClient):
        _base_url = property(lambda self: f"https://{space.host}:{space.port}")

    key = tmp_path / "key.p8"
    key.write_text(space.key)
    client = Simulator(use_sandbox=False, team_id=space.team, auth_key_id=space.key_id, auth_key_filepath=key)
    config = ApnsConfig(topic=space.topic)
    payload = Payload(alert="hello", custom={"text": "ä ☃ </"})

    async def send_all():
        free = asyncio.Semaphore(20)

        async def send():
            async with free:
                return await client.send_message(token or space.token, payload, config)

        return await asyncio.gather(*(send() for _ in range(count)), return_exceptions=True)

    return asyncio.run(send_all())


def test_a_provider_token_is_accepted(space, tmp_path):
    [apns_id] = push(space, tmp_path)
    space.received(1)
    assert space.show(apns_id)["request"]["credential"]["kind"] == "provider token"


@pytest.mark.skip(reason="the library supports certificates only for VoIP")
def test_a_provider_certificate_is_accepted():
    pass


def test_a_refusal_names_its_reason(space, tmp_path):
    [error] = push(space, tmp_path, token="00ff")
    assert isinstance(error, exceptions.BadDeviceToken)


def test_a_removed_app_is_gone_since_a_time(space, tmp_path):
    space.uninstall()
    [error] = push(space, tmp_path)
    assert isinstance(error, exceptions.Unregistered)
    assert 0 <= time.time() - error.error["timestamp"] / 1000 < 60


def test_the_device_receives_the_exact_payload(space, tmp_path):
    push(space, tmp_path)
    want = '{"aps":{"alert":"hello"},"text":"ä ☃ </"}'
    assert space.received(1)[0]["bytes"].decode() == want


def refused(space, tmp_path, kind):
    space.inject(do="respond", reason=kind.__name__)
    assert isinstance(push(space, tmp_path)[0], kind)
    assert len(space.pushes()) == 1
    assert isinstance(push(space, tmp_path)[0], str)
    print("note: raised, not retried")


def test_too_many_requests(space, tmp_path):
    refused(space, tmp_path, exceptions.TooManyRequests)


def test_service_unavailable(space, tmp_path):
    refused(space, tmp_path, exceptions.ServiceUnavailable)


def test_no_answered_push_is_lost_in_a_goaway(space, tmp_path):
    space.inject(after=20, do="goaway", lastStream="before")
    results = push(space, tmp_path, 60)
    assert space.hits() == 1
    answered = [r for r in results if isinstance(r, str)]
    assert len(answered) == 59
    space.delivered(answered)
    print("note: each push has its own connection; the push that the GOAWAY excludes ends in an error")


def test_the_provider_token_is_renewed(space, tmp_path, monkeypatch):
    [first] = push(space, tmp_path)
    space.advance("61m")
    assert isinstance(push(space, tmp_path)[0], exceptions.ExpiredProviderToken)
    an_hour_later = SimpleNamespace(now=lambda: datetime.now() + timedelta(minutes=61))
    monkeypatch.setattr(kalyke.clients.apns, "datetime", an_hour_later)  # the library's clock
    [second] = push(space, tmp_path)
    tokens = {space.show(apns_id)["request"]["credential"]["fingerprint"] for apns_id in (first, second)}
    assert len(tokens) == 2
    print("note: signs a new one for every push, by the clock of the machine")


def test_a_thousand_pushes_arrive(space, tmp_path):
    results = push(space, tmp_path, 1000)
    assert all(isinstance(r, str) for r in results), next(r for r in results if not isinstance(r, str))
    space.delivered(results)
    print("note: twenty at a time, each on its own connection")
