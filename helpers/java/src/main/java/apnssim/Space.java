package apnssim;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A space in the simulator: a team with a key, a certificate, apps and devices, which no other test sees. Without a
 * simulator, the first space starts one, which stops with the tests.
 */
public final class Space implements AutoCloseable {
    private static final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Password of {@link #p12()}. */
    public static final String P12_PASSWORD = "password";

    private final String control;
    private final JsonObject made;
    private final String suffix; // of the variables of its environment
    private final List<Device> devices;
    private volatile Duration moved; // its clock, compared with the one of this process

    private Space(String control, Options options) {
        this.control = control;
        suffix = options.environment.equals("sandbox") ? "_SANDBOX" : "";
        made = call("POST", "/v1/spaces", Map.of("p12Password", P12_PASSWORD, "environment", options.environment,
                "topics", options.topics, "devices", options.devices)).getAsJsonObject();
        devices = list(made, "devices").map(state -> new Device(this, state)).toList();
        moved = difference(made);
    }

    /** Opens a space in production with one device. */
    public static Space open() {
        return with().open();
    }

    /** Opens a space whose device lives in an environment, {@code production} or {@code sandbox}. */
    public static Space open(String environment) {
        return with().environment(environment).open();
    }

    /** Chooses what a space has: {@code Space.with().topics("com.example.app").devices(2).open()}. */
    public static Options with() {
        return new Options();
    }

    /** What a space has. */
    public static final class Options {
        private String environment = "production";
        private List<String> topics = List.of();
        private int devices = 1;

        private Options() {}

        /** Environment of the devices, {@code production} or {@code sandbox}. */
        public Options environment(String environment) {
            this.environment = environment;
            return this;
        }

        /** Bundle IDs of the apps. */
        public Options topics(String... topics) {
            this.topics = List.of(topics);
            return this;
        }

        /** Number of devices, each with all apps. */
        public Options devices(int count) {
            devices = count;
            return this;
        }

        /** Opens it. */
        public Space open() {
            return new Space(Simulator.find(), this);
        }
    }

    /** Environment variables for a program under test, as apns-sim exec sets them. */
    public Map<String, String> variables() {
        Map<String, String> all = new TreeMap<>();
        made.getAsJsonObject("variables").entrySet().forEach(one -> all.put(one.getKey(), one.getValue().getAsString()));
        return all;
    }

    /** The devices. */
    public List<Device> devices() {
        return devices;
    }

    /** The first device. */
    public Device device() {
        return devices.get(0);
    }

    /** Host of the provider API. */
    public String host() {
        return provider().getHost();
    }

    /** Port of the provider API. */
    public int port() {
        return provider().getPort();
    }

    private URI provider() {
        return URI.create(made.getAsJsonObject("variables").get("APNS_SIM_PROVIDER" + suffix).getAsString());
    }

    public String team() {
        return made.get("team").getAsString();
    }

    public String keyId() {
        return made.get("keyId").getAsString();
    }

    /** The authentication key, as a .p8 file. */
    public InputStream key() {
        return stream(made.get("key").getAsString());
    }

    /** The provider certificate and its key, PKCS#12. */
    public InputStream p12() {
        return new ByteArrayInputStream(Base64.getDecoder().decode(made.get("p12").getAsString()));
    }

    /** The root certificate to trust, PEM. */
    public InputStream ca() {
        return stream(made.get("ca").getAsString());
    }

    public String topic() {
        return made.getAsJsonArray("topics").get(0).getAsString();
    }

    /** The bundle IDs of the apps. */
    public List<String> topics() {
        return StreamSupport.stream(made.getAsJsonArray("topics").spliterator(), false).map(JsonElement::getAsString).toList();
    }

    /** The device token of the first app on the first device. */
    public String token() {
        return device().token();
    }

    /** Waits until the first device has received this many notifications and returns the payloads of all, in order. */
    public List<String> received(int count) {
        return device().received(count);
    }

    /** The same with a time to wait, as {@code 500ms}. */
    public List<String> received(int count, String timeout) {
        return device().received(count, timeout);
    }

    /**
     * Waits until a push that fits the filter words has arrived at its device, as {@code payload.aps.badge=7}, and
     * returns the pushes that do. {@code count=2} waits for two, {@code timeout=1s} for a second instead of ten.
     *
     * @throws AssertionError which begins with the difference and lists what came
     */
    public List<JsonObject> requireDelivered(String... words) {
        return list(await("/v1/notifications/wait?" + query(words, "state", "delivered", "timeout", "10s")), "notifications").toList();
    }

    /** What is recorded of the pushes that fit the filter words, as {@code status=429}, the oldest first. */
    public List<JsonObject> pushes(String... words) {
        return recorded(words).map(n -> call("GET", "/v1/notifications/" + n.get("number").getAsLong(), null).getAsJsonObject()).toList();
    }

    private Stream<JsonObject> recorded(String... words) {
        return list(call("GET", "/v1/notifications?" + query(words, "order", "oldest", "limit", "1000"), null), "notifications");
    }

    /** Waits until a push has arrived at its device. */
    public void delivered(UUID apnsId) {
        requireDelivered("apns-id=" + apnsId);
    }

    /** The number of hits of the faults of this space. */
    public int hits() {
        return hits(name -> true);
    }

    int hits(Predicate<String> counts) {
        return list(call("GET", "/v1/faults", null), "faults")
                .filter(f -> f.has("space") && f.get("space").getAsString().equals(team()) && counts.test(f.get("name").getAsString()))
                .mapToInt(f -> f.has("hits") ? f.get("hits").getAsInt() : 0).sum();
    }

    /**
     * Injects a fault: {@code inject(0, 1, Map.of("do", "respond", "reason", "TooManyRequests"))}. It applies this many
     * times, 0 without limit, after this many pushes were spared. It ends with the space, or when it is closed.
     */
    public Fault inject(int after, int times, Map<String, ?> what) {
        JsonElement faults = call("POST", "/v1/faults", Map.of("space", team(), "when", Map.of("after", after, "times", times), "what", what));
        return new Fault(this, list(faults, "faults").findFirst().orElseThrow().get("name").getAsString());
    }

    /** Moves the clock of this space. It does not move the clock of this process: see {@link #clock()}. */
    public void advance(Duration by) {
        advance(by.toMillis() + "ms");
    }

    /** The same by a time as {@code 61m}. */
    public void advance(String by) {
        moved = difference(call("POST", "/v1/spaces/" + team() + "/clock/advance", Map.of("by", by)).getAsJsonObject());
    }

    /** The time of the space, which counts for the age of provider tokens. */
    public Instant now() {
        return clock().instant();
    }

    /** A clock that shows it, for what signs provider tokens; it follows {@link #advance(String)}. */
    public Clock clock() {
        return new SpaceClock(ZoneOffset.UTC);
    }

    private final class SpaceClock extends Clock {
        private final ZoneId zone;

        SpaceClock(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new SpaceClock(other);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(moved);
        }
    }

    private static Duration difference(JsonObject response) {
        return Duration.between(Instant.now(), Instant.parse(response.get("time").getAsString()));
    }

    /** Removes the first app from the first device. */
    public void uninstall() {
        device().uninstall();
    }

    /** Deletes the space and all there is in it. */
    @Override
    public void close() {
        call("DELETE", "/v1/spaces/" + team(), null);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    static Stream<JsonObject> list(JsonElement response, String name) {
        return StreamSupport.stream(response.getAsJsonObject().getAsJsonArray(name).spliterator(), false)
                .map(JsonElement::getAsJsonObject);
    }

    private String query(String[] words, String... parameters) {
        Map<String, String> all = new TreeMap<>(Map.of("space", team()));
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], parameters[i + 1]);
        }
        for (String word : words) {
            String[] parts = word.split("=", 2);
            all.put(parts[0], parts.length == 2 ? parts[1] : "");
        }
        return all.entrySet().stream().map(one -> encode(one.getKey()) + "=" + encode(one.getValue())).collect(Collectors.joining("&"));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Sends a request that waits; if the time passes, it throws an AssertionError that says what came. */
    JsonElement await(String path) {
        JsonObject problem;
        try {
            return call("GET", path, null);
        } catch (ControlException e) {
            problem = e.problem();
            if (!problem.has("status") || problem.get("status").getAsInt() != 408) {
                throw e;
            }
        }
        throw new AssertionError(Failure.difference(problem) + "\n" + Failure.table(recorded().toList()));
    }

    JsonElement call(String method, String path, Object body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(control + path))
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(new Gson().toJson(body)));
        String token = System.getenv("APNS_SIM_CONTROL_TOKEN");
        if (token != null && !token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() >= 400) {
                throw Failure.rejection(method + " " + path, response.body());
            }
            return JsonParser.parseString(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
