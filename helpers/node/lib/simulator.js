// Finds the simulator, or starts one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Where the control API is by default. */
const defaultControl = 'http://127.0.0.1:8197';

let found; // a promise of the control API, for all spaces of this process

/** Returns the address of the control API: of APNS_SIM_CONTROL, of a simulator at the default port, or of
 *  one that it starts and that stops with this process. */
export function find() {
  const control = process.env.APNS_SIM_CONTROL;
  if (control) {
    return control.replace(/\/$/, '');
  }
  found ??= answers(defaultControl).then((yes) => (yes ? defaultControl : start()));
  return found;
}

async function answers(control) {
  try {
    const response = await fetch(`${control}/livez`, { signal: AbortSignal.timeout(2000) });
    return response.ok && (await response.text()).trim() === 'live';
  } catch {
    return false; // nobody is there
  }
}

const flags = ['serve', '--any-port', '--ready', 'json', '--stop-with-stdin', '--stop-timeout', '0s', '--log-level', 'error'];

/** Starts the simulator. The end of its standard input stops it, also when this process is killed. It
 *  drops log lines that nobody reads. */
export async function start(binary = process.env.APNS_SIM_BIN || 'apns-sim') {
  const child = spawn(binary, flags, { stdio: 'pipe' });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new Error(
      `no simulator: none answers at ${defaultControl}, and ${binary} cannot be started (${error.message}); install it ` +
        '(https://github.com/apns-sim/apns-sim), set APNS_SIM_BIN to its path, or set APNS_SIM_CONTROL',
    );
  }
  let errors = '';
  child.stderr.on('data', (part) => (errors += part));
  const ended = once(child, 'close');
  const record = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => undefined)]);
  if (!record) {
    throw new Error(`${binary} ended with exit code ${child.exitCode}: ${errors.trim()}`);
  }
  child.stderr.removeAllListeners('data').pause();
  for (const part of [child, child.stdin, child.stdout, child.stderr]) {
    part.unref(); // it does not keep this process from ending
  }
  return JSON.parse(record[0]).control;
}
