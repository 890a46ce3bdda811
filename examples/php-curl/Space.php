<?php

declare(strict_types=1);

/** A team with a key, a certificate, an app and a device of its own, in the simulator that `apns-sim exec` started. */
final class Space
{
    public array $made;

    public function __construct()
    {
        $this->made = self::call('POST', '/v1/spaces', new stdClass());
    }

    public function token(): string
    {
        return $this->made['devices'][0]['apps'][0]['token'];
    }

    public function topic(): string
    {
        return $this->made['topics'][0];
    }

    /** Waits until the device has received so many notifications and returns the payloads of all. */
    public function received(int $count): array
    {
        $inbox = self::call('GET', "/v1/devices/{$this->device()}/inbox?timeout=10s&count=$count");
        return array_map(fn (array $n): string => base64_decode($n['payloadBase64']), $inbox['notifications']);
    }

    /** What the push was sent with: kind, fingerprint. */
    public function credential(string $id): array
    {
        return self::call('GET', "/v1/notifications/$id")['request']['credential'];
    }

    /** Waits until the push has arrived at its device. */
    public function delivered(string $id): void
    {
        self::call('GET', "/v1/notifications/wait?state=delivered&space={$this->made['team']}&apns-id=$id");
    }

    /** The number of hits of the faults of this space. */
    public function hits(): int
    {
        $mine = array_filter(self::call('GET', '/v1/faults')['faults'], fn (array $f): bool => ($f['space'] ?? '') === $this->made['team']);
        return array_sum(array_column($mine, 'hits'));
    }

    public function inject(array $what, int $after = 0): void
    {
        self::call('POST', '/v1/faults', ['space' => $this->made['team'], 'when' => ['after' => $after, 'times' => 1], 'what' => $what]);
    }

    public function advance(string $by): void
    {
        self::call('POST', "/v1/spaces/{$this->made['team']}/clock/advance", ['by' => $by]);
    }

    public function uninstall(): void
    {
        self::call('POST', "/v1/devices/{$this->device()}/uninstall", ['topic' => $this->topic()]);
    }

    private function device(): string
    {
        return $this->made['devices'][0]['id'];
    }

    private static function call(string $method, string $path, mixed $body = null): array
    {
        $headers = ['Content-Type: application/json'];
        if (($token = getenv('APNS_SIM_CONTROL_TOKEN')) !== false) {
            $headers[] = "Authorization: Bearer $token";
        }
        $context = stream_context_create(['http' => [
            'method' => $method,
            'header' => $headers,
            'content' => $body === null ? '' : json_encode($body),
            'ignore_errors' => true,
        ]]);
        $response = file_get_contents(getenv('APNS_SIM_CONTROL') . $path, false, $context);
        $decoded = json_decode((string) $response, true) ?? [];
        if ($response === false || ($decoded['status'] ?? 200) >= 400) {
            throw new RuntimeException("$method $path: $response");
        }
        return $decoded;
    }
}
