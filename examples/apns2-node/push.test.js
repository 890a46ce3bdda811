// apns2 in tests: apns-sim exec -- npm test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApnsClient, Notification } from 'apns2';
import { openSpace } from 'apns-sim';
import { Pool } from 'undici';

const hour = 61 * 60 * 1000;

function client(t, space) {
  const c = new ApnsClient({ team: space.team, keyId: space.keyId, signingKey: space.key, defaultTopic: space.topic });
  // The library has no option for the port; this is its own pool with another address.
  c.client.close();
  c.client = new Pool(space.provider, { allowH2: true, connections: 32, pipelining: 1, maxConcurrentStreams: 100 });
  t.after(() => c.destroy());
  return c;
}

const hello = (token, n = 0) => new Notification(token, { alert: 'hello', data: { text: 'ä ☃ </', n } });

/** So many notifications with numbers: the library does not tell the apns-id of a response. */
const numbered = (space, count) => Array.from({ length: count }, (_, n) => hello(space.token, n));

/** Waits until the device has received each of the numbers. */
async function arrive(space, numbers) {
  let count = numbers.length;
  for (;;) {
    const inbox = await space.received(count);
    const got = new Set(inbox.map(({ payload }) => payload.n));
    if (numbers.every((n) => got.has(n))) {
      return;
    }
    count = inbox.length + 1; // some came twice, or are still to come
  }
}

/** The error that a push ends in. */
const refusal = (c, token) => c.send(hello(token)).then(() => assert.fail('it was accepted'), (error) => error);

test('a provider token is accepted', async (t) => {
  const space = await openSpace(t);
  await client(t, space).send(hello(space.token));
  await space.received(1);
  const [push] = await space.pushes();
  assert.equal((await space.show(push.id)).request.credential.kind, 'provider token');
});

test('a provider certificate is accepted', { skip: 'the library supports only provider tokens' });

test('a refusal names its reason', async (t) => {
  const space = await openSpace(t);
  const error = await refusal(client(t, space), '00ff');
  assert.equal(error.statusCode, 400);
  assert.equal(error.reason, 'BadDeviceToken');
});

test('a removed app is gone since a time', async (t) => {
  const space = await openSpace(t);
  await space.uninstall();
  const error = await refusal(client(t, space), space.token);
  assert.equal(error.statusCode, 410);
  assert.equal(error.reason, 'Unregistered');
  const age = Date.now() - error.response.timestamp;
  assert.ok(age >= 0 && age < 60_000, `gone for ${age} ms`);
});

test('the device receives the exact payload', async (t) => {
  const space = await openSpace(t);
  await client(t, space).send(hello(space.token));
  const [received] = await space.received(1);
  assert.equal(received.bytes.toString(), JSON.stringify(hello(space.token).buildApnsOptions()));
});

async function busy(t, reason, status) {
  const space = await openSpace(t);
  const c = client(t, space);
  await space.inject({ do: 'respond', reason });
  await assert.rejects(c.send(hello(space.token)), { reason, statusCode: status });
  assert.equal((await space.pushes()).length, 1);
  await c.send(hello(space.token));
  t.diagnostic('note: reported to the caller, not retried');
}

test('too many requests', (t) => busy(t, 'TooManyRequests', 429));

test('service unavailable', (t) => busy(t, 'ServiceUnavailable', 503));

test('no answered push is lost in a goaway', async (t) => {
  const space = await openSpace(t);
  const c = client(t, space);
  await space.inject({ do: 'goaway', lastStream: 'before' }, { after: 50, times: 1 });
  const results = await c.sendMany(numbered(space, 200));
  assert.equal(await space.hits(), 1);
  const answered = results.flatMap((r, n) => (r.error ? [] : [n]));
  assert.ok(answered.length > 0, results[0].error);
  await arrive(space, answered);
  t.diagnostic(`note: pushes that the GOAWAY excludes ${answered.length < 200 ? 'end in an error' : 'are sent again'}`);
  await c.send(hello(space.token)); // it connects anew
});

test('the provider token is renewed', async (t) => {
  const space = await openSpace(t);
  const c = client(t, space);
  await c.send(hello(space.token));
  await space.advance('61m');
  assert.equal((await refusal(c, space.token)).reason, 'ExpiredProviderToken');
  t.mock.timers.enable({ apis: ['Date'], now: space.now() }); // for the library, too
  await c.send(hello(space.token));
  const [first, , third] = await Promise.all((await space.pushes()).map(({ id }) => space.show(id)));
  assert.notEqual(first.request.credential.fingerprint, third.request.credential.fingerprint);
  t.diagnostic('note: signs a new one by the clock of the machine; ExpiredProviderToken is reported to the caller');
});

test('a thousand pushes arrive', async (t) => {
  const space = await openSpace(t);
  const results = await client(t, space).sendMany(numbered(space, 1000));
  assert.deepEqual(results.filter((r) => r.error), []);
  await arrive(space, results.map((_, n) => n));
  t.diagnostic('note: all at once over up to 32 connections');
});
