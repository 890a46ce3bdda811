import { AssertionError } from 'node:assert';

/** What a test waited for did not come. The text begins with the difference, and lists what came. */
export class NotDelivered extends AssertionError {
  constructor(difference, table) {
    super({ message: `${difference}\n${table}` });
    this.name = 'NotDelivered';
  }
}

/** Says in one line how the nearest push differs, or what was awaited. */
export function difference({ nearMisses: [nearest], detail }) {
  return nearest?.differences.map(({ word, got, want }) => `${word} is ${got || 'missing'}, not ${want}`).join(', ') ?? detail;
}

/** Lists pushes. */
export function table(pushes) {
  if (pushes.length === 0) {
    return 'no push has come';
  }
  const rows = pushes.map(({ id = '', state, response, payload }) => [id, state, response?.reason ?? '', JSON.stringify(payload) ?? '']);
  rows.unshift(['apns-id', 'state', 'reason', 'payload']);
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n');
}
