<?php

declare(strict_types=1);

// PHP with cURL in tests: apns-sim exec -- php push_test.php

require __DIR__ . '/Provider.php';
require __DIR__ . '/Space.php';

const HELLO = '{"aps":{"alert":"hello"},"n":1.0,"text":"ä ☃ </"}';

function withToken(Space $space, ?Closure $now = null): Provider
{
    $trust = [CURLOPT_CAINFO => getenv('APNS_SIM_CA_FILE')];
    return new Provider(getenv('APNS_SIM_PROVIDER'), $space->topic(), $trust, $space->made['team'], $space->made['keyId'], $space->made['key'], $now);
}

function same(mixed $want, mixed $got): void
{
    if ($want !== $got) {
        throw new RuntimeException('got ' . json_encode($got) . ', want ' . json_encode($want));
    }
}

function refused(int $status, string $reason): Closure
{
    return function (Space $space) use ($status, $reason): string {
        $provider = withToken($space);
        $space->inject(['do' => 'respond', 'reason' => $reason]);
        $response = $provider->push($space->token(), HELLO);
        same([$status, $reason], [$response['status'], $response['reason']]);
        same(200, $provider->push($space->token(), HELLO)['status']);
        return 'up to the caller';
    };
}

/** Sends so many pushes to the device and waits until those that were accepted have arrived; returns how many that are. */
function batch(Provider $provider, Space $space, int $count): int
{
    $responses = $provider->pushAll(array_fill(0, $count, $space->token()), HELLO);
    $accepted = array_filter($responses, fn (array $a): bool => $a['status'] === 200);
    foreach ($accepted as $response) {
        $space->delivered($response['id']);
    }
    return count($accepted);
}

/** Each returns a note, or null. */
$tests = [
    'a provider token is accepted' => function (Space $space): void {
        $response = withToken($space)->push($space->token(), HELLO);
        same(200, $response['status']);
        $space->received(1);
        same('provider token', $space->credential($response['id'])['kind']);
    },
    'a provider certificate is accepted' => function (Space $space): void {
        $options = [CURLOPT_CAINFO => getenv('APNS_SIM_CA_FILE'), CURLOPT_SSLCERT_BLOB => $space->made['certificate'],
            CURLOPT_SSLKEY_BLOB => $space->made['certificate']];
        $response = (new Provider(getenv('APNS_SIM_PROVIDER'), $space->topic(), $options))->push($space->token(), HELLO);
        same(200, $response['status']);
        $space->received(1);
        same('certificate', $space->credential($response['id'])['kind']);
    },
    'a refusal names its reason' => function (Space $space): void {
        $response = withToken($space)->push('00ff', HELLO);
        same([400, 'BadDeviceToken'], [$response['status'], $response['reason']]);
    },
    'a removed app is gone since a time' => function (Space $space): void {
        $space->uninstall();
        $response = withToken($space)->push($space->token(), HELLO);
        same([410, 'Unregistered'], [$response['status'], $response['reason']]);
        $age = microtime(true) - $response['timestamp'] / 1000;
        same(true, $age >= 0 && $age < 60);
    },
    'the device receives the exact payload' => function (Space $space): void {
        withToken($space)->push($space->token(), HELLO);
        same([HELLO], $space->received(1));
    },
    'too many requests' => refused(429, 'TooManyRequests'),
    'service unavailable' => refused(503, 'ServiceUnavailable'),
    'no answered push is lost in a goaway' => function (Space $space): string {
        $provider = withToken($space);
        same(200, $provider->push($space->token(), HELLO)['status']);
        $space->inject(['do' => 'goaway', 'lastStream' => 'before'], 50);
        $accepted = batch($provider, $space, 200);
        same(true, $accepted > 0);
        same(1, $space->hits());
        same(200, $provider->push($space->token(), HELLO)['status']);
        return $accepted < 200 ? 'pushes that the GOAWAY excludes end in an error' : 'libcurl sends pushes again that the GOAWAY excludes';
    },
    'the provider token is renewed' => function (Space $space): string {
        $late = 0;
        $provider = withToken($space, function () use (&$late): int { return time() + $late; });
        $first = $provider->push($space->token(), HELLO);
        $space->advance('61m');
        same('ExpiredProviderToken', $provider->push($space->token(), HELLO)['reason']);
        $late = 61 * 60;
        $second = $provider->push($space->token(), HELLO);
        same(200, $second['status']);
        same(false, $space->credential($first['id'])['fingerprint'] === $space->credential($second['id'])['fingerprint']);
        return 'by 10 lines in the example';
    },
    'a thousand pushes arrive' => function (Space $space): string {
        same(1000, batch(withToken($space), $space, 1000));
        return 'all at once on one connection with curl_multi';
    },
];

echo "TAP version 13\n";
[$number, $failures] = [0, 0];
foreach ($tests as $name => $test) {
    $number++;
    try {
        $note = $test(new Space());
        echo "ok $number - $name\n", $note ? "# note: $note\n" : '';
    } catch (Throwable $e) {
        $failures++;
        echo "not ok $number - $name\n# {$e->getMessage()}\n";
    }
}
echo "1..$number\n";
exit($failures > 0 ? 1 : 0);
