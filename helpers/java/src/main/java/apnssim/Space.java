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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * A space in the simulator that {@code apns-sim exec} started: a team with a key, a certificate, an app and a
 * device, which no other test sees.
 */
public final class Space implements AutoCloseable {
    private static final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Password of {@link #p12()}. */
    public static final String P12_PASSWORD = "password";

    private final String control;
    private final JsonObject made;

    private final String suffix; // of the variables of its environment

    private Space(String control, String environment) {
        this.control = control;
        suffix = environment.equals("sandbox") ? "_SANDBOX" : "";
        made = call("POST", "/v1/spaces", Map.of("p12Password", P12_PASSWORD, "environment", environment)).getAsJsonObject();
    }

    /** Opens a space whose device lives in production. */
    public static Space open() {
        return open("production");
    }

    /** Opens a space whose device lives in an environment, {@code production} or {@code sandbox}. */
    public static Space open(String environment) {
        String control = System.getenv("APNS_SIM_CONTROL");
        if (control == null) {
            throw new IllegalStateException("there is no simulator: run the tests with apns-sim exec -- mvn test");
        }
        return new Space(control, environment);
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
        return URI.create(System.getenv("APNS_SIM_PROVIDER" + suffix));
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

    /** The device token to push to. */
    public String token() {
        return device().getAsJsonArray("apps").get(0).getAsJsonObject().get("token").getAsString();
    }

    /** Waits until the device has received this many notifications and returns the payloads of all, in order. */
    public List<String> received(int count) {
        return received(count, "10s");
    }

    /** The same with a time to wait, as {@code 500ms}. */
    public List<String> received(int count, String timeout) {
        String path = "/v1/devices/" + deviceId() + "/inbox?timeout=" + timeout + "&count=" + count;
        return list(call("GET", path, null), "notifications").map(n -> new String(
                Base64.getDecoder().decode(n.get("payloadBase64").getAsString()), StandardCharsets.UTF_8)).toList();
    }

    /** All that is recorded of each push of this space, the oldest first. */
    public List<JsonObject> pushes() {
        return list(call("GET", "/v1/notifications?order=oldest&limit=1000&space=" + team(), null), "notifications")
                .map(n -> call("GET", "/v1/notifications/" + n.get("number").getAsLong(), null).getAsJsonObject()).toList();
    }

    /** Waits until a push has arrived at its device. */
    public void delivered(UUID apnsId) {
        call("GET", "/v1/notifications/wait?state=delivered&space=" + team() + "&apns-id=" + apnsId, null);
    }

    /** The number of hits of the faults of this space. */
    public int hits() {
        return list(call("GET", "/v1/faults", null), "faults").filter(f -> f.has("space") && f.get("space").getAsString().equals(team()))
                .mapToInt(f -> f.get("hits").getAsInt()).sum();
    }

    /** Puts a fault into force: {@code inject(0, 1, Map.of("do", "respond", "reason", "TooManyRequests"))}. */
    public void inject(int after, int times, Map<String, ?> what) {
        call("POST", "/v1/faults", Map.of("space", team(), "when", Map.of("after", after, "times", times), "what", what));
    }

    /** Moves the clock of this space, as {@code 61m}. */
    public void advance(String by) {
        call("POST", "/v1/spaces/" + team() + "/clock/advance", Map.of("by", by));
    }

    /** Removes the app from the device. */
    public void uninstall() {
        call("POST", "/v1/devices/" + deviceId() + "/uninstall", Map.of("topic", topic()));
    }

    /** Deletes the space and all there is in it. */
    @Override
    public void close() {
        call("DELETE", "/v1/spaces/" + team(), null);
    }

    private JsonObject device() {
        return made.getAsJsonArray("devices").get(0).getAsJsonObject();
    }

    private String deviceId() {
        return device().get("id").getAsString();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static java.util.stream.Stream<JsonObject> list(JsonElement answer, String name) {
        return StreamSupport.stream(answer.getAsJsonObject().getAsJsonArray(name).spliterator(), false)
                .map(JsonElement::getAsJsonObject);
    }

    private JsonElement call(String method, String path, Object body) {
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
                throw new IllegalStateException(method + " " + path + ": " + response.body());
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
