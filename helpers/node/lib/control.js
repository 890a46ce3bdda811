// Requests to the control API of the simulator.

import http from 'node:http';
import { text as read } from 'node:stream/consumers';

/** The control API rejected a request; the text says why. `problem` is its response, decoded. */
export class ControlError extends Error {
  constructor(text, problem) {
    super(text);
    this.name = 'ControlError';
    this.problem = problem;
  }
}

/** Sends a request and returns the response, decoded. */
export async function call(control, method, path, body) {
  const token = process.env.APNS_SIM_CONTROL_TOKEN;
  const { ok, text } = await send(control, path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  if (!ok) {
    const problem = decode(text);
    throw new ControlError(`${method} ${path}: ${problem.detail}`, problem);
  }
  return text ? JSON.parse(text) : undefined;
}

/** Sends a request to a URL, or to the socket of `unix:PATH`, which fetch cannot reach. */
async function send(control, path, options) {
  if (!control.startsWith('unix:')) {
    const response = await fetch(control + path, options);
    return { ok: response.ok, text: await response.text() };
  }
  const { body, ...rest } = options;
  const response = await new Promise((resolve, reject) => {
    http.request({ ...rest, path, socketPath: control.slice('unix:'.length), agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
  return { ok: response.statusCode < 300, text: await read(response) };
}

function decode(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text }; // not by the simulator
  }
}

/** Makes a query of filter words, as `status=429`, and of parameters for which no word is given. */
export function query(words, parameters) {
  const all = new URLSearchParams(parameters);
  for (const word of words) {
    const at = word.indexOf('=');
    all.set(at < 0 ? word : word.slice(0, at), at < 0 ? '' : word.slice(at + 1));
  }
  return all;
}
