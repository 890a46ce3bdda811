// A provider without a library: node:http2 and node:crypto.
import { createPrivateKey, sign } from 'node:crypto';
import { connect } from 'node:http2';

const maxAge = 50 * 60; // seconds; APNs refuses provider tokens of more than an hour

export class Provider {
  #address;
  #topic;
  #credentials;
  #session;
  #token;

  /** `credentials` are `{ team, keyId, key }` or `{ certificate }`, PEM with its key. */
  constructor(address, topic, credentials) {
    this.#address = address;
    this.#topic = topic;
    this.#credentials = credentials;
  }

  /** Sends a payload; resolves to `{ status, id }`, with `reason` if it was refused. */
  push(deviceToken, payload) {
    const headers = { ':method': 'POST', ':path': `/3/device/${deviceToken}`, 'apns-topic': this.#topic, 'apns-push-type': 'alert' };
    if (this.#credentials.key) {
      headers.authorization = `bearer ${this.#providerToken()}`;
    }
    return new Promise((resolve, reject) => {
      const stream = this.#connection().request(headers);
      let response;
      let body = '';
      stream.setEncoding('utf8');
      stream.on('response', (h) => (response = { status: h[':status'], id: h['apns-id'] }));
      stream.on('data', (text) => (body += text));
      stream.on('error', reject);
      stream.on('close', () => (response ? resolve({ ...response, ...(body && JSON.parse(body)) }) : reject(new Error('no response'))));
      stream.end(payload);
    });
  }

  close() {
    this.#session?.close();
  }

  #connection() {
    if (!this.#session || this.#session.closed || this.#session.destroyed) {
      const { certificate } = this.#credentials;
      const session = connect(this.#address, certificate && { cert: certificate, key: certificate });
      session.on('error', () => {}); // its streams report it
      session.on('goaway', () => session.close());
      this.#session = session;
    }
    return this.#session;
  }

  #providerToken() {
    const now = Math.floor(Date.now() / 1000);
    if (!this.#token || now - this.#token.iat > maxAge) {
      const { team, keyId, key } = this.#credentials;
      const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const text = `${part({ alg: 'ES256', kid: keyId })}.${part({ iss: team, iat: now })}`;
      const signature = sign('sha256', Buffer.from(text), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
      this.#token = { iat: now, text: `${text}.${signature.toString('base64url')}` };
    }
    return this.#token.text;
  }
}
