package apnssim;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The texts of failures. */
final class Failure {
    private Failure() {}

    static ControlException rejection(String request, String body) {
        JsonObject problem = new JsonObject();
        problem.addProperty("detail", body);
        try {
            if (JsonParser.parseString(body) instanceof JsonObject decoded && decoded.has("detail")) {
                problem = decoded;
            }
        } catch (JsonSyntaxException e) {
            // not by the simulator; the body is the detail
        }
        return new ControlException(request + ": " + problem.get("detail").getAsString(), problem);
    }

    /** Says in one line how the nearest push differs, or what was awaited. */
    static String difference(JsonObject problem) {
        if (!problem.has("nearMisses") || problem.getAsJsonArray("nearMisses").isEmpty()) {
            return problem.get("detail").getAsString().split(";")[0];
        }
        JsonObject nearest = problem.getAsJsonArray("nearMisses").get(0).getAsJsonObject();
        return Space.list(nearest, "differences").map(d -> {
            String got = text(d, "got");
            return text(d, "word") + " is " + (got.isEmpty() ? "missing" : got) + ", not " + text(d, "want");
        }).collect(Collectors.joining(", "));
    }

    /** Lists pushes. */
    static String table(List<JsonObject> pushes) {
        if (pushes.isEmpty()) {
            return "no push has come";
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"apns-id", "state", "reason", "payload"});
        for (JsonObject push : pushes) {
            String reason = push.has("response") ? text(push.getAsJsonObject("response"), "reason") : "";
            rows.add(new String[] {text(push, "id"), text(push, "state"), reason, text(push, "payload")});
        }
        int[] widths = IntStream.range(0, 3).map(i -> rows.stream().mapToInt(row -> row[i].length()).max().orElse(0)).toArray();
        return rows.stream().map(row -> pad(row[0], widths[0]) + pad(row[1], widths[1]) + pad(row[2], widths[2]) + row[3])
                .collect(Collectors.joining("\n"));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length() + 2);
    }

    private static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        if (value == null || value.isJsonNull()) {
            return "";
        }
        return value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }
}
