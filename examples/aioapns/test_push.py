"""aioapns in tests: apns-sim exec -- pytest"""

import asyncio
import json
import ssl
import time

import aioapns
from aioapns import NotificationRequest
from aioapns.connection import APNsTLSClientProtocol

MESSAGE = {"aps": {"alert": "hello"}, "text": "ä ☃ </"}


def connect(space, **credentials):
    """Makes a client of a space; there must be a running loop."""

    class Simulator(APNsTLSClientProtocol):
        APNS_SERVER, APNS_PORT = space.host, space.port

    if not credentials:
        credentials = {"key": space.key, "key_id": space.key_id, "team_id": space.team}
    context = ssl.create_default_context(cafile=space.ca_file)
    apns = aioapns.APNs(topic=space.topic, ssl_context=context, **credentials)
    apns.pool.protocol_class = Simulator
    return apns


def push(space, count=1, token=None, **credentials):
    """Sends to the device, all at once, and returns the results."""

    async def send():
        apns = connect(space, **credentials)
        requests = [NotificationRequest(token or space.token, MESSAGE) for _ in range(count)]
        try:
            sends = (apns.send_notification(request) for request in requests)
            return await asyncio.gather(*sends, return_exceptions=True)
        finally:
            apns.pool.close()

    return asyncio.run(send())


def test_a_provider_token_is_accepted(space):
    [result] = push(space)
    assert result.is_successful
    space.received(1)
    assert space.show(result.notification_id)["request"]["credential"]["kind"] == "provider token"


def test_a_provider_certificate_is_accepted(space):
    [result] = push(space, client_cert=str(space.certificate_file))
    assert result.is_successful
    space.received(1)
    assert space.show(result.notification_id)["request"]["credential"]["kind"] == "certificate"


def test_a_refusal_names_its_reason(space):
    [result] = push(space, token="00ff")
    assert (result.status, result.description) == ("400", "BadDeviceToken")


def test_a_removed_app_is_gone_since_a_time(space):
    space.uninstall()
    [result] = push(space)
    assert (result.status, result.description) == ("410", "Unregistered")
    assert 0 <= time.time() - result.timestamp / 1000 < 60


def test_the_device_receives_the_exact_payload(space):
    push(space)
    assert space.received(1)[0]["bytes"] == json.dumps(MESSAGE, ensure_ascii=False).encode()


def refused(space, status, reason):
    space.inject(do="respond", reason=reason)
    [result] = push(space)
    assert (result.status, result.description) == (status, reason)
    assert len(space.pushes()) == 1
    assert push(space)[0].is_successful
    print("note: reported to the caller, not retried")


def test_too_many_requests(space):
    refused(space, "429", "TooManyRequests")


def test_service_unavailable(space):
    refused(space, "503", "ServiceUnavailable")


def test_no_answered_push_is_lost_in_a_goaway(space):
    space.inject(after=50, do="goaway", lastStream="before")
    results = push(space, 200)
    assert space.hits() == 1
    answered = [r for r in results if getattr(r, "is_successful", False)]
    assert answered
    space.delivered(r.notification_id for r in answered)
    if len(answered) == 200:
        print("note: pushes that the GOAWAY excludes are sent again")
    else:
        print("note: pushes that the GOAWAY excludes end in an error")


def test_the_provider_token_is_renewed(space, monkeypatch):
    async def send():
        apns = connect(space)
        results = [await apns.send_notification(NotificationRequest(space.token, MESSAGE))]
        space.advance("61m")
        refused = await apns.send_notification(NotificationRequest(space.token, MESSAGE))
        assert refused.description == "ExpiredProviderToken"
        monkeypatch.setattr(time, "time", space.time)  # for the library, too
        results.append(await apns.send_notification(NotificationRequest(space.token, MESSAGE)))
        apns.pool.close()
        return results

    first, second = asyncio.run(send())
    assert first.is_successful and second.is_successful, second.description
    tokens = {space.show(r.notification_id)["request"]["credential"]["fingerprint"] for r in (first, second)}
    assert len(tokens) == 2
    print("note: signs a new one by the clock of the machine; ExpiredProviderToken is reported to the caller")


def test_a_thousand_pushes_arrive(space):
    results = push(space, 1000)
    assert all(getattr(r, "is_successful", False) for r in results), results[0]
    space.delivered(r.notification_id for r in results)
    print("note: all at once over up to 10 connections")
