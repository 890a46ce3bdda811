import { ControlError } from './control.js';
import { NotDelivered, table } from './failure.js';

/** A virtual device of a space. */
export class Device {
  #call;
  #space;
  #tokens = new Map();

  constructor(space, call, state) {
    this.#space = space;
    this.#call = call;
    this.#read(state);
  }

  #read(state) {
    /** The id, which changes when the device is erased. */
    this.id = state.id;
    for (const { topic, token } of state.apps ?? []) {
      this.#tokens.set(topic, token);
    }
  }

  /** The newest device token of an app, or of the first app of the space, also after the app was removed. */
  token(topic = this.#space.topic) {
    return this.#tokens.get(topic);
  }

  /** Waits until this many notifications have arrived; resolves to all, in order. */
  async received(count, timeout = '10s') {
    try {
      const inbox = await this.#call('GET', `/v1/devices/${this.id}/inbox?count=${count}&timeout=${timeout}`);
      return inbox.notifications.map((n) => ({ ...n, bytes: Buffer.from(n.payloadBase64, 'base64') }));
    } catch (error) {
      if (!(error instanceof ControlError) || error.problem.status !== 408) {
        throw error;
      }
      throw new NotDelivered(error.problem.detail.split(';')[0], table(await this.#space.pushes()));
    }
  }

  /** Connects it. */
  online() {
    return this.#act('online');
  }

  /** Disconnects it; pushes are stored by the rules of APNs. */
  offline() {
    return this.#act('offline');
  }

  /** Locks it: it is in use for ten more seconds. */
  lock() {
    return this.#act('lock');
  }

  /** Unlocks it: it is in use for ten minutes. */
  unlock() {
    return this.#act('unlock');
  }

  /** Puts it to sleep: it is not in use. */
  sleep() {
    return this.#act('sleep');
  }

  /** Wakes it and keeps it in use, as on a charger. */
  wake() {
    return this.#act('wake');
  }

  /** Turns on Low Power Mode: pushes of priority 5 and 1 wait. */
  lowPower() {
    return this.#act('low-power');
  }

  /** Turns off Low Power Mode. */
  fullPower() {
    return this.#act('full-power');
  }

  /** Erases it: its tokens are retired, and it comes back as another device without apps. */
  erase() {
    return this.#act('erase');
  }

  /** Has its certificate rejected: it comes back with another key, as another device with the same apps. */
  revoke() {
    return this.#act('revoke');
  }

  /** Installs an app; resolves to its device token. */
  async install(topic = this.#space.topic) {
    await this.#act('install', topic);
    return this.token(topic);
  }

  /** Removes an app: pushes to its token are answered Unregistered. */
  uninstall(topic = this.#space.topic) {
    return this.#act('uninstall', topic);
  }

  /** Removes an app and installs it again; resolves to its new device token. */
  async reinstall(topic = this.#space.topic) {
    await this.uninstall(topic);
    return this.install(topic);
  }

  /** Gives an app a new device token and resolves to it; the old one is answered Unregistered. */
  async rotate(topic = this.#space.topic) {
    await this.#act('rotate', topic);
    return this.token(topic);
  }

  /** Forbids the notifications of an app: pushes to it are accepted and dropped. */
  forbid(topic = this.#space.topic) {
    return this.#act('forbid', topic);
  }

  /** Allows the notifications of an app again. */
  allow(topic = this.#space.topic) {
    return this.#act('allow', topic);
  }

  async #act(action, topic) {
    this.#read(await this.#call('POST', `/v1/devices/${this.id}/${action}`, topic && { topic }));
  }
}
