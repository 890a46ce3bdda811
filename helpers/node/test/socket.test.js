import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ControlError, call } from '../lib/control.js';

test('a control API at a socket is reached', async () => {
  const dir = await mkdtemp(join(tmpdir(), 's'));
  const server = http.createServer((request, response) => {
    if (request.url === '/v1/rejected') response.statusCode = 422;
    response.end(JSON.stringify({ method: request.method, detail: 'because' }));
  });
  try {
    await once(server.listen(join(dir, 's')), 'listening');
    const control = `unix:${join(dir, 's')}`;
    assert.equal((await call(control, 'POST', '/v1/devices', { count: 1 })).method, 'POST');
    await assert.rejects(call(control, 'GET', '/v1/rejected'), new ControlError('GET /v1/rejected: because', { method: 'GET', detail: 'because' }));
    await assert.rejects(call(`unix:${join(dir, 'absent')}`, 'GET', '/v1/info'), /ENOENT/);
  } finally {
    server.close();
    await rm(dir, { recursive: true });
  }
});
