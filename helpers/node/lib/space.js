import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { call, ControlError, query } from './control.js';
import { Device } from './device.js';
import { difference, NotDelivered, table } from './failure.js';
import { find } from './simulator.js';

// As it is when the tests begin, so that a test that mocks the clock does not mock this.
const elapsed = performance.now.bind(performance);

/** Opens a space, which is deleted when the test `t` of node:test ends: without `t`, call `close()`. */
export async function openSpace(t, { environment = 'production', topics = [], devices = 1 } = {}) {
  const control = await find();
  const made = await call(control, 'POST', '/v1/spaces', { environment, topics, devices });
  const space = new Space(control, made, environment);
  t?.after(() => space.close());
  return space;
}

/** An isolated team with apps, devices, a history, faults and a clock. */
export class Space {
  #control;
  #dir;
  #offset; // between its clock and elapsed(), in milliseconds

  constructor(control, made, environment) {
    this.#control = control;
    this.#dir = mkdtempSync(join(tmpdir(), 'apns-sim-'));
    this.environment = environment;
    /** Environment variables for a program under test, as apns-sim exec sets them. */
    this.variables = made.variables;
    const provider = new URL(made.variables[environment === 'sandbox' ? 'APNS_SIM_PROVIDER_SANDBOX' : 'APNS_SIM_PROVIDER']);
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
    /** The bundle IDs of the apps, and the first of them. */
    this.topics = made.topics;
    this.topic = made.topics[0];
    /** The devices, and the first of them. */
    this.devices = made.devices.map((state) => new Device(this, (...request) => this.#call(...request), state));
    this.device = this.devices[0];
    this.#setClock(made.time);
  }

  /** The device token of the first app on the first device. */
  get token() {
    return this.device.token();
  }

  /** Writes text to a file that is there until the space is closed; returns its path. */
  file(name, text) {
    const path = join(this.#dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Waits until the first device has received this many notifications; resolves to all, in order. */
  received(count, timeout) {
    return this.device.received(count, timeout);
  }

  /** Waits until a push that fits the filter words has arrived at its device, as `payload.aps.badge=7`; resolves to the
   *  pushes that do. `count=2` waits for two, `timeout=1s` for a second instead of ten. */
  async requireDelivered(...words) {
    const parameters = { space: this.team, state: 'delivered', timeout: '10s' };
    try {
      return (await this.#call('GET', `/v1/notifications/wait?${query(words, parameters)}`)).notifications;
    } catch (error) {
      if (!(error instanceof ControlError) || !error.problem.nearMisses) {
        throw error;
      }
      throw new NotDelivered(difference(error.problem), table(await this.pushes()));
    }
  }

  /** What is recorded of the pushes that fit the filter words, as `status=429`; oldest first. */
  async pushes(...words) {
    const list = await this.#call('GET', `/v1/notifications?${query(words, { order: 'oldest', limit: 1000, space: this.team })}`);
    return list.notifications;
  }

  /** All that is recorded of a push, by its apns-id. */
  show(id) {
    return this.#call('GET', `/v1/notifications/${encodeURIComponent(id)}`);
  }

  /** Waits until each of these pushes has arrived at its device. */
  async delivered(ids) {
    for (const id of ids) {
      await this.requireDelivered(`apns-id=${id}`);
    }
  }

  /** Injects a fault: `{ do: 'respond', reason: 'TooManyRequests' }`, and `when`: `{ after: 10, times: 1 }`, where times 0
   *  is without limit. It ends with the space, or when it is removed. */
  async inject(what, when = { times: 1 }) {
    const { faults } = await this.#call('POST', '/v1/faults', { space: this.team, when, what });
    return new Fault(this.team, faults[0].name, (...request) => this.#call(...request));
  }

  /** The number of hits of the faults of this space. */
  async hits() {
    const { faults } = await this.#call('GET', '/v1/faults');
    return faults.filter(({ space }) => space === this.team).reduce((sum, { hits = 0 }) => sum + hits, 0);
  }

  /** Moves the clock of this space, as `61m`. It does not move the clock of this process: see `now`. */
  async advance(by) {
    this.#setClock((await this.#call('POST', `/v1/spaces/${this.team}/clock/advance`, { by })).time);
  }

  /** The time of the space, which counts for the age of provider tokens. */
  now() {
    return new Date(elapsed() + this.#offset);
  }

  /** Removes the first app from the first device. */
  uninstall() {
    return this.device.uninstall();
  }

  /** Deletes the space and all there is in it. */
  async close() {
    rmSync(this.#dir, { recursive: true, force: true });
    await this.#call('DELETE', `/v1/spaces/${this.team}`);
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  #setClock(time) {
    this.#offset = Date.parse(time) - elapsed();
  }

  #call(method, path, body) {
    return call(this.#control, method, path, body);
  }
}

/** A fault that is in force until it is removed or its space ends. */
class Fault {
  #call;
  #team;

  constructor(team, name, call) {
    this.#team = team;
    this.name = name;
    this.#call = call;
  }

  /** How often it has applied. */
  async hits() {
    const { faults } = await this.#call('GET', '/v1/faults');
    return faults.find(({ name, space }) => name === this.name && space === this.#team)?.hits ?? 0;
  }

  /** Removes it. */
  async remove() {
    await this.#call('DELETE', `/v1/faults/${encodeURIComponent(this.name)}?space=${this.#team}`);
  }

  async [Symbol.asyncDispose]() {
    await this.remove();
  }
}
