/** Anything with `after`, as the context of a test of node:test. */
export interface TestContext {
  after(close: () => Promise<void>): void;
}

export interface SpaceOptions {
  /** Of the devices; production by default. */
  environment?: 'production' | 'sandbox';
  /** Bundle IDs of the apps; com.example.app by default. */
  topics?: string[];
  /** Number of devices, each with all apps; 1 by default. */
  devices?: number;
}

/** Opens a space, which is deleted when the test `t` ends: without `t`, call `close()`. Without a
 *  simulator it starts one. */
export function openSpace(t?: TestContext, options?: SpaceOptions): Promise<Space>;

/** An isolated team with apps, devices, a history, faults and a clock. */
export interface Space extends AsyncDisposable {
  readonly environment: 'production' | 'sandbox';
  /** Environment variables for a program under test, as apns-sim exec sets them. */
  readonly variables: Record<string, string>;
  /** Where the provider API is: the URL, and its parts. */
  readonly provider: string;
  readonly host: string;
  readonly port: number;
  readonly team: string;
  readonly keyId: string;
  /** The authentication key, as the text of a .p8 file. */
  readonly key: string;
  /** A provider certificate with its key, PEM. */
  readonly certificate: string;
  /** The root certificate to trust, PEM. */
  readonly ca: string;
  /** The bundle IDs of the apps, and the first of them. */
  readonly topics: string[];
  readonly topic: string;
  /** The devices, and the first of them. */
  readonly devices: Device[];
  readonly device: Device;
  /** The device token of the first app on the first device. */
  readonly token: string;
  /** Writes text to a file that is there until the space is closed; returns its path. */
  file(name: string, text: string): string;
  /** Waits until the first device has received this many notifications; resolves to all, in order. */
  received(count: number, timeout?: string): Promise<Notification[]>;
  /** Waits until a push that fits the filter words has arrived at its device, as `payload.aps.badge=7`; resolves to the
   *  pushes that do. `count=2` waits for two, `timeout=1s` for a second instead of ten. */
  requireDelivered(...words: string[]): Promise<Push[]>;
  /** What is recorded of the pushes that fit the filter words, as `status=429`; oldest first. */
  pushes(...words: string[]): Promise<Push[]>;
  /** All that is recorded of a push, by its apns-id. */
  show(id: string): Promise<Push>;
  /** Waits until each of these pushes has arrived at its device. */
  delivered(ids: Iterable<string>): Promise<void>;
  /** Injects a fault: `{ do: 'respond', reason: 'TooManyRequests' }`, once by default. It ends with the space, or when it is
   *  removed. docs/faults.md describes the members. */
  inject(what: Record<string, unknown>, when?: { after?: number; times?: number; [member: string]: unknown }): Promise<Fault>;
  /** The number of hits of the faults of this space. */
  hits(): Promise<number>;
  /** Moves the clock of this space, as `61m`. It does not move the clock of this process: see `now`. */
  advance(by: string): Promise<void>;
  /** The time of the space, which counts for the age of provider tokens. */
  now(): Date;
  /** Removes the first app from the first device. */
  uninstall(): Promise<void>;
  /** Deletes the space and all there is in it. */
  close(): Promise<void>;
}

/** A virtual device of a space. Without a topic, an action is about the first app of the space. */
export interface Device {
  /** The id, which changes when the device is erased. */
  readonly id: string;
  /** The newest device token of an app, also after the app was removed. */
  token(topic?: string): string;
  /** Waits until this many notifications have arrived; resolves to all, in order. */
  received(count: number, timeout?: string): Promise<Notification[]>;
  online(): Promise<void>;
  /** Disconnects it; pushes are stored by the rules of APNs. */
  offline(): Promise<void>;
  /** Locks it: it is in use for ten more seconds. */
  lock(): Promise<void>;
  /** Unlocks it: it is in use for ten minutes. */
  unlock(): Promise<void>;
  /** Puts it to sleep: it is not in use. */
  sleep(): Promise<void>;
  /** Wakes it and keeps it in use, as on a charger. */
  wake(): Promise<void>;
  /** Turns on Low Power Mode: pushes of priority 5 and 1 wait. */
  lowPower(): Promise<void>;
  /** Turns off Low Power Mode. */
  fullPower(): Promise<void>;
  /** Erases it: its tokens are retired, and it comes back as another device without apps. */
  erase(): Promise<void>;
  /** Has its certificate rejected: it comes back with another key, as another device with the same apps. */
  revoke(): Promise<void>;
  install(topic?: string): Promise<string>;
  /** Removes an app: pushes to its token are answered Unregistered. */
  uninstall(topic?: string): Promise<void>;
  /** Removes an app and installs it again; resolves to its new device token. */
  reinstall(topic?: string): Promise<string>;
  /** Gives an app a new device token and resolves to it. */
  rotate(topic?: string): Promise<string>;
  /** Forbids the notifications of an app: pushes to it are accepted and dropped. */
  forbid(topic?: string): Promise<void>;
  /** Allows the notifications of an app again. */
  allow(topic?: string): Promise<void>;
}

/** A fault that is in force until it is removed or its space ends. */
export interface Fault extends AsyncDisposable {
  readonly name: string;
  /** How often it has applied. */
  hits(): Promise<number>;
  remove(): Promise<void>;
}

/** What a device has received. */
export interface Notification {
  topic: string;
  /** The payload, decoded, and byte for byte. */
  payload: any;
  bytes: Buffer;
  [member: string]: unknown;
}

/** What is recorded of a push. */
export interface Push {
  id: string;
  state: string;
  topic: string;
  payload: any;
  [member: string]: any;
}

/** What a test waited for did not come. The text begins with the difference, and lists what came. */
export class NotDelivered extends Error {}

/** The control API rejected a request; the text says why. */
export class ControlError extends Error {
  readonly problem: { detail: string; status?: number; [member: string]: unknown };
}
