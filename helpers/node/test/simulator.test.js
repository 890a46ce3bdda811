import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from '../lib/simulator.js';

test('without a simulator it says what to do', async () => {
  await assert.rejects(start('/does/not/exist/apns-sim'), /no simulator: .* install it .* set APNS_SIM_BIN to its path/);
});

test('a simulator that does not start says why', async () => {
  await assert.rejects(start(process.execPath), /ended with exit code 1: .*Cannot find module/s);
});
