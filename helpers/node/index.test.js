// Run by `make test-clients`: apns-sim exec -- node --test
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { openSpace } from 'apns-sim';

test('spaces are isolated', async (t) => {
  const [one, two] = [await openSpace(t), await openSpace(t)];
  assert.notEqual(one.team, two.team);
  assert.notEqual(one.token, two.token);
  assert.match(one.key, /PRIVATE KEY/);
  assert.deepEqual(await one.pushes(), []);
});

test('a closed space leaves nothing behind', async () => {
  const space = await openSpace();
  const file = space.file('key.p8', space.key);
  assert.ok(existsSync(file));
  await space.close();
  assert.ok(!existsSync(file));
  await assert.rejects(space.advance('1h'), /no space|not found|404/i);
});

test('a wait that is not met tells what the control API says', async (t) => {
  const space = await openSpace(t);
  await assert.rejects(space.received(1, '0s'), /inbox has 0 notifications/);
});

test('a space in the sandbox is at another port, and the control token is sent', async (t) => {
  const [production, sandbox] = [await openSpace(t), await openSpace(t, 'sandbox')];
  assert.notEqual(production.provider, sandbox.provider);
  const sent = [];
  t.mock.method(globalThis, 'fetch', async (url, options) => (sent.push(options.headers), new Response('{}')));
  const given = process.env.APNS_SIM_CONTROL_TOKEN;
  process.env.APNS_SIM_CONTROL_TOKEN = 'the token of the control API';
  await production.advance('1m');
  if (given === undefined) delete process.env.APNS_SIM_CONTROL_TOKEN;
  else process.env.APNS_SIM_CONTROL_TOKEN = given;
  t.mock.restoreAll();
  assert.equal(sent[0].authorization, 'Bearer the token of the control API');
});

test('without a simulator it says what to run', async () => {
  const control = process.env.APNS_SIM_CONTROL;
  delete process.env.APNS_SIM_CONTROL;
  await assert.rejects(openSpace(), /apns-sim exec/);
  process.env.APNS_SIM_CONTROL = control;
});
