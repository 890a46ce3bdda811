// Run by `make test-clients`: apns-sim exec -- node --test; by `make test-helpers` without a simulator, too.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { ControlError, NotDelivered, openSpace } from 'apns-sim';

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
  await assert.rejects(space.advance('1h'), ControlError);
});

test('a space has the environment, topics and devices that were asked for', async (t) => {
  const production = await openSpace(t);
  const space = await openSpace(t, { environment: 'sandbox', topics: ['com.example.one', 'com.example.two'], devices: 2 });
  assert.notEqual(space.provider, production.provider);
  assert.deepEqual(space.topics, ['com.example.one', 'com.example.two']);
  const [one, two] = space.devices;
  assert.equal(new Set([one.token(), two.token(), two.token('com.example.two')]).size, 3);
  assert.equal(space.variables.APNS_SIM_TEAM, space.team);
});

test('a wait that is not met says so and what came', async (t) => {
  const space = await openSpace(t);
  const inbox = { name: 'NotDelivered', message: 'the inbox has 0 notifications after 0 and not 1\nno push has come' };
  await assert.rejects(space.received(1, '0s'), inbox);
  await assert.rejects(space.requireDelivered('payload.aps.badge=7', 'timeout=1ms'), (failure) => {
    assert.ok(failure instanceof NotDelivered && failure instanceof assert.AssertionError);
    assert.match(failure.message, /^0 of 1 pushes matched .*\nno push has come$/);
    return true;
  });
});

test('a wrong filter word is an error of the test', async (t) => {
  const space = await openSpace(t);
  await assert.rejects(space.requireDelivered('badge=7'), /there is no such filter word/);
});

test('a device does what it is told', async (t) => {
  const space = await openSpace(t);
  const { device } = space;
  for (const action of ['offline', 'online', 'lock', 'unlock', 'sleep', 'wake', 'lowPower', 'fullPower', 'forbid', 'allow']) {
    await device[action]();
  }
  const tokens = [space.token, await device.rotate(), await device.reinstall()];
  assert.equal(new Set(tokens).size, 3);
  await device.uninstall();
  assert.equal(space.token, tokens[2], 'tests push to the token of a removed app');
  const before = device.id;
  await device.revoke();
  const revoked = device.id;
  assert.notEqual(revoked, before);
  await device.erase();
  assert.notEqual(device.id, revoked);
  assert.ok(await device.install());
});

test('a fault ends when it is removed', async (t) => {
  const space = await openSpace(t);
  const fault = await space.inject({ do: 'respond', reason: 'TooManyRequests' }, { times: 0 });
  assert.equal(await fault.hits(), 0);
  await fault[Symbol.asyncDispose]();
  await assert.rejects(fault.remove(), ControlError);
  assert.equal(await space.hits(), 0);
});

test("the clock of a space can take the place of the machine's", async (t) => {
  const space = await openSpace(t);
  const before = Date.now();
  assert.ok(Math.abs(space.now() - before) < 5000);
  await space.advance('61m');
  t.mock.timers.enable({ apis: ['Date'], now: space.now() });
  const moved = Date.now() - before;
  assert.ok(moved >= 3_660_000 - 1000 && moved < 3_665_000, `${moved} ms`);
});
