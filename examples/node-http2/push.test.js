// Node without a library, in tests: apns-sim exec -- npm test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSpace } from 'apns-sim';
import { Provider } from './provider.js';

const body = '{"aps":{"alert":"hello"},"n":1.0,"text":"ä ☃ </"}';

function provider(t, space, options) {
  const p = new Provider(space.provider, space.topic, options);
  t.after(() => p.close());
  return p;
}

const withToken = (t, space) => provider(t, space, { team: space.team, keyId: space.keyId, key: space.key });

test('a provider token is accepted', async (t) => {
  const space = await openSpace(t);
  const { status, id } = await withToken(t, space).push(space.token, body);
  assert.equal(status, 200);
  await space.received(1);
  assert.equal((await space.show(id)).request.credential.kind, 'provider token');
});

test('a provider certificate is accepted', async (t) => {
  const space = await openSpace(t);
  const { status, id } = await provider(t, space, { certificate: space.certificate }).push(space.token, body);
  assert.equal(status, 200);
  await space.received(1);
  assert.equal((await space.show(id)).request.credential.kind, 'certificate');
});

test('a refusal names its reason', async (t) => {
  const space = await openSpace(t);
  const { status, reason } = await withToken(t, space).push('00ff', body);
  assert.deepEqual({ status, reason }, { status: 400, reason: 'BadDeviceToken' });
});

test('a removed app is gone since a time', async (t) => {
  const space = await openSpace(t);
  await space.uninstall();
  const { status, reason, timestamp } = await withToken(t, space).push(space.token, body);
  assert.deepEqual({ status, reason }, { status: 410, reason: 'Unregistered' });
  const age = Date.now() - timestamp;
  assert.ok(age >= 0 && age < 60_000, `gone for ${age} ms`);
});

test('the device receives the exact payload', async (t) => {
  const space = await openSpace(t);
  await withToken(t, space).push(space.token, body);
  const [received] = await space.received(1);
  assert.equal(received.bytes.toString(), body);
});

async function busy(t, reason, status) {
  const space = await openSpace(t);
  const p = withToken(t, space);
  await space.inject({ do: 'respond', reason });
  const refused = await p.push(space.token, body);
  assert.deepEqual([refused.status, refused.reason], [status, reason]);
  assert.equal((await p.push(space.token, body)).status, 200);
  t.diagnostic('note: up to the caller');
}

test('too many requests', (t) => busy(t, 'TooManyRequests', 429));

test('service unavailable', (t) => busy(t, 'ServiceUnavailable', 503));

test('no answered push is lost in a goaway', async (t) => {
  const space = await openSpace(t);
  const p = withToken(t, space);
  await p.push(space.token, body);
  await space.inject({ do: 'goaway', lastStream: 'before' }, { after: 50, times: 1 });
  const results = await Promise.allSettled(Array.from({ length: 200 }, () => p.push(space.token, body)));
  assert.equal(await space.hits(), 1);
  const answered = results.filter((r) => r.value?.status === 200);
  assert.ok(answered.length > 0 && answered.length < 200, `${answered.length} were answered`);
  await space.delivered(answered.map((r) => r.value.id));
  t.diagnostic('note: pushes that the GOAWAY excludes end in an error');
  assert.equal((await p.push(space.token, body)).status, 200, 'it connects anew');
});

test('the provider token is renewed', async (t) => {
  const space = await openSpace(t);
  const p = withToken(t, space);
  const first = await p.push(space.token, body);
  assert.equal(first.status, 200);
  await space.advance('61m');
  assert.equal((await p.push(space.token, body)).reason, 'ExpiredProviderToken');
  t.mock.timers.enable({ apis: ['Date'], now: space.now() });
  const second = await p.push(space.token, body);
  assert.equal(second.status, 200);
  const token = async (id) => (await space.show(id)).request.credential.fingerprint;
  assert.notEqual(await token(first.id), await token(second.id));
  t.diagnostic('note: by 20 lines in the example');
});

test('a thousand pushes arrive', async (t) => {
  const space = await openSpace(t);
  const p = withToken(t, space);
  const responses = await Promise.all(Array.from({ length: 1000 }, () => p.push(space.token, body)));
  assert.deepEqual(responses.filter(({ status }) => status !== 200), []);
  await space.delivered(responses.map(({ id }) => id));
  t.diagnostic('note: all at once on one connection; Node waits for free streams');
});
