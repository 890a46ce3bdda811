// A space of its own for each test, in the simulator that `apns-sim exec` started:
// a team with a key, a certificate, an app and a device, which no other test sees.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Opens a space that is deleted when the test `t` of node:test ends; its device lives in
 *  `environment`, `production` or `sandbox`. */
export async function openSpace(t, environment = 'production') {
  const control = process.env.APNS_SIM_CONTROL;
  if (!control) {
    throw new Error('no simulator: run the tests with apns-sim exec -- npm test');
  }
  const made = await call(control, 'POST', '/v1/spaces', { environment });
  const space = new Space(control, made, environment);
  t?.after(() => space.close());
  return space;
}

class Space {
  #control;
  #dir;

  constructor(control, made, environment) {
    const variable = environment === 'sandbox' ? 'APNS_SIM_PROVIDER_SANDBOX' : 'APNS_SIM_PROVIDER';
    const provider = new URL(process.env[variable]);
    this.#control = control;
    /** Where the provider API is. */
    this.provider = provider.origin;
    this.host = provider.hostname;
    this.port = Number(provider.port || 443);
    this.team = made.team;
    this.keyId = made.keyId;
    /** The authentication key, as the text of a .p8 file. */
    this.key = made.key;
    /** A provider certificate with its key, PEM. */
    this.certificate = made.certificate;
    /** The root certificate to trust, PEM. */
    this.ca = made.ca;
    this.topic = made.topics[0];
    this.device = made.devices[0].id;
    /** The device token to push to. */
    this.token = made.devices[0].apps[0].token;
    this.#dir = mkdtempSync(join(tmpdir(), 'apns-sim-'));
  }

  /** Writes text to a file that is there until the space is closed; returns its path. */
  file(name, text) {
    const path = join(this.#dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Waits until the device has received this many notifications; returns all, in order.
   *  Each has `payload`, decoded, and `bytes`, a Buffer. */
  async received(count, timeout = '10s') {
    const inbox = await this.#call('GET', `/v1/devices/${this.device}/inbox?count=${count}&timeout=${timeout}`);
    return inbox.notifications.map((n) => ({ ...n, bytes: Buffer.from(n.payloadBase64, 'base64') }));
  }

  /** What is recorded of the pushes that fit a filter, as `status=429`, oldest first. */
  async pushes(filter = '') {
    const list = await this.#call('GET', `/v1/notifications?order=oldest&limit=1000&space=${this.team}&${filter}`);
    return list.notifications;
  }

  /** All that is recorded of a push, by its apns-id. */
  show(id) {
    return this.#call('GET', `/v1/notifications/${encodeURIComponent(id)}`);
  }

  /** Waits until each of these pushes has arrived at its device. */
  async delivered(ids) {
    for (const id of ids) {
      await this.#call('GET', `/v1/notifications/wait?space=${this.team}&state=delivered&apns-id=${encodeURIComponent(id)}`);
    }
  }

  /** The number of hits of the faults of this space. */
  async hits() {
    const { faults } = await this.#call('GET', '/v1/faults');
    return faults.filter((f) => f.space === this.team).reduce((sum, f) => sum + f.hits, 0);
  }

  /** Puts a fault into force for this space: `{ do: 'respond', reason: 'TooManyRequests' }`,
   *  and `when`: `{ after: 10, times: 1 }`. */
  inject(what, when = { times: 1 }) {
    return this.#call('POST', '/v1/faults', { space: this.team, when, what });
  }

  /** Moves the clock of this space, as `61m`. */
  advance(by) {
    return this.#call('POST', `/v1/spaces/${this.team}/clock/advance`, { by });
  }

  /** Removes the app from the device. */
  uninstall() {
    return this.#call('POST', `/v1/devices/${this.device}/uninstall`, { topic: this.topic });
  }

  /** Deletes the space and all there is in it. */
  async close() {
    rmSync(this.#dir, { recursive: true, force: true });
    await this.#call('DELETE', `/v1/spaces/${this.team}`);
  }

  #call(method, path, body) {
    return call(this.#control, method, path, body);
  }
}

async function call(control, method, path, body) {
  const token = process.env.APNS_SIM_CONTROL_TOKEN;
  const response = await fetch(control + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${text}`);
  }
  return text ? JSON.parse(text) : undefined;
}
