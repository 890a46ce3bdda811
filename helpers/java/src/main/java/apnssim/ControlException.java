package apnssim;

import com.google.gson.JsonObject;

/** The control API rejected a request; the message says why. */
public final class ControlException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final transient JsonObject problem;

    ControlException(String message, JsonObject problem) {
        super(message);
        this.problem = problem;
    }

    /** The response, {@code application/problem+json}. */
    public JsonObject problem() {
        return problem;
    }
}
