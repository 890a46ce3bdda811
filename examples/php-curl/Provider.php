<?php

declare(strict_types=1);

/** A provider without a library: the cURL and openssl extensions. */
final class Provider
{
    private const MAX_AGE = 50 * 60; // seconds; APNs refuses provider tokens of more than an hour

    private CurlMultiHandle $multi;
    private string $token = '';
    private int $issuedAt = 0;

    /**
     * @param array<int, mixed> $options cURL options: trust, and the certificate if there is no key
     * @param (Closure(): int)|null $now the time in seconds, for tests
     */
    public function __construct(
        private string $address,
        private string $topic,
        private array $options,
        private ?string $team = null,
        private ?string $keyId = null,
        private ?string $key = null,
        private ?Closure $now = null,
    ) {
        $this->multi = curl_multi_init();
        curl_multi_setopt($this->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
        curl_multi_setopt($this->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1);
    }

    /** Sends a payload to a device: ['status' => 200, 'id' => …], with 'reason' if it was refused. */
    public function push(string $deviceToken, string $payload): array
    {
        return $this->pushAll([$deviceToken], $payload)[0];
    }

    /** Sends a payload to many devices, at once over one connection. The status of what was not answered is 0. */
    public function pushAll(array $deviceTokens, string $payload): array
    {
        $headers = ["apns-topic: $this->topic", 'apns-push-type: alert', 'content-type: application/json'];
        if ($this->key !== null) {
            $headers[] = 'authorization: bearer ' . $this->providerToken();
        }
        $handles = $answers = [];
        foreach ($deviceTokens as $i => $deviceToken) {
            $handles[$i] = curl_init("$this->address/3/device/$deviceToken");
            curl_setopt_array($handles[$i], $this->options + [
                CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_2_0,
                CURLOPT_PIPEWAIT => true, // share the connection
                CURLOPT_POSTFIELDS => $payload,
                CURLOPT_HTTPHEADER => $headers,
                CURLOPT_RETURNTRANSFER => true,
                CURLOPT_HEADERFUNCTION => function ($handle, string $line) use (&$answers, $i): int {
                    if (stripos($line, 'apns-id:') === 0) {
                        $answers[$i]['id'] = trim(substr($line, strlen('apns-id:')));
                    }
                    return strlen($line);
                },
            ]);
            curl_multi_add_handle($this->multi, $handles[$i]);
        }
        do {
            curl_multi_exec($this->multi, $running);
            curl_multi_select($this->multi);
        } while ($running > 0);
        foreach ($handles as $i => $handle) {
            $body = json_decode((string) curl_multi_getcontent($handle), true) ?? [];
            $answers[$i] = ['status' => curl_getinfo($handle, CURLINFO_RESPONSE_CODE)] + $body + ($answers[$i] ?? []);
            curl_multi_remove_handle($this->multi, $handle);
        }
        ksort($answers);
        return $answers;
    }

    private function providerToken(): string
    {
        $now = $this->now ? ($this->now)() : time();
        if ($this->token === '' || $now - $this->issuedAt > self::MAX_AGE) {
            $part = fn (string $text): string => rtrim(strtr(base64_encode($text), '+/', '-_'), '=');
            $text = $part(json_encode(['alg' => 'ES256', 'kid' => $this->keyId])) . '.'
                . $part(json_encode(['iss' => $this->team, 'iat' => $now]));
            openssl_sign($text, $signature, $this->key, OPENSSL_ALGO_SHA256); // DER, which APNs takes as well
            [$this->token, $this->issuedAt] = [$text . '.' . $part($signature), $now];
        }
        return $this->token;
    }
}
