package apnssim;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Finds the simulator, or starts one. */
final class Simulator {
    private static final String DEFAULT_CONTROL = "http://127.0.0.1:8197";

    private static String found; // the control API, for all spaces of this process
    private static Process started; // its pipes stay open as long as this process runs

    private Simulator() {}

    /**
     * Returns the address of the control API: of APNS_SIM_CONTROL, of a simulator at the default port, or of one that
     * it starts and that stops with this process.
     */
    static synchronized String find() {
        String control = System.getenv("APNS_SIM_CONTROL");
        if (control != null && !control.isEmpty()) {
            if (control.startsWith("unix:")) {
                throw new IllegalStateException("APNS_SIM_CONTROL is " + control
                        + ", a socket, which java.net.http cannot reach; start the simulator with --listen-control HOST:PORT");
            }
            return control.replaceAll("/$", "");
        }
        if (found == null) {
            String binary = System.getenv("APNS_SIM_BIN");
            found = answers(DEFAULT_CONTROL) ? DEFAULT_CONTROL : start(binary == null || binary.isEmpty() ? "apns-sim" : binary);
        }
        return found;
    }

    private static boolean answers(String control) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(control + "/livez")).timeout(Duration.ofSeconds(2)).build();
        try {
            var response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            return response.statusCode() == 200 && response.body().strip().equals("live");
        } catch (IOException e) {
            return false; // nobody is there
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts the simulator. The end of its standard input stops it, also when this process is killed. It drops log
     * lines that nobody reads.
     */
    static String start(String binary) {
        try {
            started = new ProcessBuilder(binary, "serve", "--any-port", "--ready", "json", "--stop-with-stdin",
                    "--stop-timeout", "0s", "--log-level", "error").start();
        } catch (IOException e) {
            throw new IllegalStateException("no simulator: none answers at " + DEFAULT_CONTROL + ", and " + binary
                    + " cannot be started; install it (https://github.com/apns-sim/apns-sim), set APNS_SIM_BIN to its path,"
                    + " or set APNS_SIM_CONTROL", e);
        }
        try {
            String record = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8)).readLine();
            if (record == null) {
                String errors = new String(started.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                throw new IllegalStateException(binary + " ended with exit code " + started.waitFor() + ": " + errors);
            }
            return JsonParser.parseString(record).getAsJsonObject().get("control").getAsString();
        } catch (IOException e) {
            throw new IllegalStateException(binary + ": the ready record cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
