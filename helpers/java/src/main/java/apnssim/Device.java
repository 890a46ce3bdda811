package apnssim;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A virtual device of a space. Without a topic, an action is about the first app of the space. */
public final class Device {
    private final Space space;
    private final Map<String, String> tokens = new HashMap<>();
    private String id;

    Device(Space space, JsonObject state) {
        this.space = space;
        read(state);
    }

    private void read(JsonObject state) {
        id = state.get("id").getAsString();
        if (state.has("apps")) {
            for (JsonElement app : state.getAsJsonArray("apps")) {
                JsonObject one = app.getAsJsonObject();
                tokens.put(one.get("topic").getAsString(), one.get("token").getAsString());
            }
        }
    }

    /** The id, which changes when the device is erased. */
    public String id() {
        return id;
    }

    /** The newest device token of the first app, also after the app was removed. */
    public String token() {
        return token(space.topic());
    }

    /** The newest device token of an app. */
    public String token(String topic) {
        return tokens.get(topic);
    }

    /** Waits until this many notifications have arrived and returns the payloads of all, in order. */
    public List<String> received(int count) {
        return received(count, "10s");
    }

    /** The same with a time to wait, as {@code 500ms}. */
    public List<String> received(int count, String timeout) {
        JsonElement inbox = space.await("/v1/devices/" + id + "/inbox?timeout=" + timeout + "&count=" + count);
        return Space.list(inbox, "notifications").map(n -> new String(
                Base64.getDecoder().decode(n.get("payloadBase64").getAsString()), StandardCharsets.UTF_8)).toList();
    }

    /** Connects it. */
    public void online() {
        act("online", null);
    }

    /** Disconnects it; pushes are stored by the rules of APNs. */
    public void offline() {
        act("offline", null);
    }

    /** Locks it: it is in use for ten more seconds. */
    public void lock() {
        act("lock", null);
    }

    /** Unlocks it: it is in use for ten minutes. */
    public void unlock() {
        act("unlock", null);
    }

    /** Puts it to sleep: it is not in use. */
    public void sleep() {
        act("sleep", null);
    }

    /** Wakes it and keeps it in use, as on a charger. */
    public void wake() {
        act("wake", null);
    }

    /** Turns on Low Power Mode: pushes of priority 5 and 1 wait. */
    public void lowPower() {
        act("low-power", null);
    }

    /** Turns off Low Power Mode. */
    public void fullPower() {
        act("full-power", null);
    }

    /** Erases it: its tokens are retired, and it comes back as another device without apps. */
    public void erase() {
        act("erase", null);
    }

    /** Has its certificate rejected: it comes back with another key, as another device with the same apps. */
    public void revoke() {
        act("revoke", null);
    }

    /** Installs an app and returns its device token. */
    public String install(String topic) {
        act("install", topic);
        return token(topic);
    }

    /** Removes an app: pushes to its token are answered Unregistered. */
    public void uninstall(String topic) {
        act("uninstall", topic);
    }

    /** Removes an app, installs it again, and returns its new device token. */
    public String reinstall(String topic) {
        uninstall(topic);
        return install(topic);
    }

    /** Gives an app a new device token and returns it; the old one is answered Unregistered. */
    public String rotate(String topic) {
        act("rotate", topic);
        return token(topic);
    }

    /** Forbids the notifications of an app: pushes to it are accepted and dropped. */
    public void forbid(String topic) {
        act("forbid", topic);
    }

    /** Allows the notifications of an app again. */
    public void allow(String topic) {
        act("allow", topic);
    }

    /** The same for the first app. */
    public String install() {
        return install(space.topic());
    }

    /** The same for the first app. */
    public void uninstall() {
        uninstall(space.topic());
    }

    /** The same for the first app. */
    public String reinstall() {
        return reinstall(space.topic());
    }

    /** The same for the first app. */
    public String rotate() {
        return rotate(space.topic());
    }

    /** The same for the first app. */
    public void forbid() {
        forbid(space.topic());
    }

    /** The same for the first app. */
    public void allow() {
        allow(space.topic());
    }

    private void act(String action, String topic) {
        Object body = topic == null ? null : Map.of("topic", topic);
        read(space.call("POST", "/v1/devices/" + id + "/" + action, body).getAsJsonObject());
    }
}
