// @parse/node-apn in tests: apns-sim exec -- npm test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import apn from '@parse/node-apn';
import { openSpace } from 'apns-sim';

const hour = 61 * 60 * 1000;

function provider(t, space, credentials) {
  const p = new apn.Provider({
    address: space.host,
    port: space.port,
    ca: [space.file('ca.pem', space.ca)],
    production: true,
    ...credentials,
  });
  t.after(() => p.shutdown());
  return p;
}

function withToken(t, space) {
  return provider(t, space, { token: { key: space.file('key.p8', space.key), keyId: space.keyId, teamId: space.team } });
}

function hello(space) {
  return new apn.Notification({ topic: space.topic, pushType: 'alert', alert: 'hello', payload: { text: 'ä ☃ </' } });
}

async function push(p, space, token = space.token) {
  const { sent, failed } = await p.send(hello(space), token);
  return sent[0] ?? failed[0];
}

test('a provider token is accepted', async (t) => {
  const space = await openSpace(t);
  const sent = await push(withToken(t, space), space);
  assert.equal(sent.status, undefined);
  await space.received(1);
  assert.equal((await space.show(sent['apns-id'])).request.credential.kind, 'provider token');
});

test('a provider certificate is accepted', async (t) => {
  const space = await openSpace(t);
  const file = space.file('certificate.pem', space.certificate);
  const sent = await push(provider(t, space, { cert: file, key: file }), space);
  assert.equal(sent.status, undefined, JSON.stringify(sent));
  await space.received(1);
  assert.equal((await space.show(sent['apns-id'])).request.credential.kind, 'certificate');
});

test('a refusal names its reason', async (t) => {
  const space = await openSpace(t);
  const failed = await push(withToken(t, space), space, '00ff');
  assert.equal(failed.status, 400);
  assert.equal(failed.response.reason, 'BadDeviceToken');
});

test('a removed app is gone since a time', async (t) => {
  const space = await openSpace(t);
  await space.uninstall();
  const failed = await push(withToken(t, space), space);
  assert.equal(failed.status, 410);
  assert.equal(failed.response.reason, 'Unregistered');
  const age = Date.now() - failed.response.timestamp;
  assert.ok(age >= 0 && age < 60_000, `gone for ${age} ms`);
});

test('the device receives the exact payload', async (t) => {
  const space = await openSpace(t);
  await push(withToken(t, space), space);
  const [received] = await space.received(1);
  assert.equal(received.bytes.toString(), hello(space).compile());
});

// A refusal that is injected `times` is got over if the library tries often enough.
async function busy(t, reason) {
  const space = await openSpace(t);
  const p = withToken(t, space);
  await space.inject({ do: 'respond', reason }, { times: 2 });
  assert.equal((await push(p, space)).status, undefined, 'two refusals are got over');
  assert.equal((await space.pushes()).length, 3);
  await space.inject({ do: 'respond', reason }, { times: 4 });
  const failed = await push(p, space);
  assert.equal(failed.response.reason, reason, 'four are reported');
  assert.equal((await space.pushes()).length, 7);
  t.diagnostic('note: retried at once, up to three times, then reported');
}

test('too many requests', (t) => busy(t, 'TooManyRequests'));

test('service unavailable', (t) => busy(t, 'ServiceUnavailable'));

test('no answered push is lost in a goaway', async (t) => {
  const space = await openSpace(t);
  const p = withToken(t, space);
  await push(p, space); // the connection is there, and its stream limit is up
  await space.inject({ do: 'goaway', lastStream: 'before' }, { after: 50, times: 1 });
  const { sent, failed } = await p.send(hello(space), Array(200).fill(space.token));
  assert.equal(await space.hits(), 1);
  assert.ok(sent.length > 0);
  await space.delivered(sent.map((s) => s['apns-id']));
  t.diagnostic(`note: pushes that the GOAWAY excludes ${failed.length > 0 ? 'end in an error' : 'are sent again'}`);
  assert.equal((await push(p, space)).status, undefined, 'it connects anew');
});

test('the provider token is renewed', async (t) => {
  const space = await openSpace(t);
  const p = withToken(t, space);
  const first = await push(p, space);
  await space.advance('61m');
  const refused = await push(p, space);
  assert.equal(refused.error.message, 'ExpiredProviderToken');
  const tries = (await space.pushes()).length - 1;
  t.mock.timers.enable({ apis: ['Date'], now: space.now() }); // for the library, too
  const second = await push(p, space);
  assert.equal(second.status, undefined, JSON.stringify(second));
  const token = async (id) => (await space.show(id)).request.credential.fingerprint;
  assert.notEqual(await token(first['apns-id']), await token(second['apns-id']));
  t.diagnostic(`note: signs a new one by the clock of the machine; ExpiredProviderToken is ${tries > 1 ? 'retried, then ' : ''}reported to the caller`);
});

test('a thousand pushes arrive', async (t) => {
  const space = await openSpace(t);
  const { sent, failed } = await withToken(t, space).send(hello(space), Array(1000).fill(space.token));
  assert.equal(sent.length, 1000, JSON.stringify(failed[0]));
  await space.delivered(sent.map((s) => s['apns-id']));
  t.diagnostic('note: all at once on one connection; Node waits for free streams');
});
