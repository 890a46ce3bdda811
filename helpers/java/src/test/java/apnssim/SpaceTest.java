package apnssim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Run by {@code make test-clients}, and by {@code mvn test} alone. */
@ExtendWith(SpaceExtension.class)
class SpaceTest {
    @Test
    void spacesAreIsolated(Space space) throws Exception {
        try (Space other = Space.open()) {
            assertNotEquals(space.team(), other.team());
            assertNotEquals(space.token(), other.token());
        }
        assertTrue(new String(space.key().readAllBytes()).contains("PRIVATE KEY"));
        assertEquals(List.of(), space.pushes());
    }

    @Test
    void theParametersOfOneTestAreOneSpace(Space one, Space same) {
        assertSame(one, same);
    }

    @Test
    void aClosedSpaceIsGone() {
        Space space = Space.open();
        space.close();
        assertThrows(IllegalStateException.class, () -> space.advance("1h"));
    }

    @Test
    void aWaitThatIsNotMetSaysSoAndWhatCame(Space space) {
        var inbox = assertThrows(AssertionError.class, () -> space.received(1, "0s"));
        assertEquals("the inbox has 0 notifications after 0 and not 1\nno push has come", inbox.getMessage());
        var push = assertThrows(AssertionError.class, () -> space.requireDelivered("payload.aps.badge=7", "timeout=1ms"));
        assertTrue(push.getMessage().matches("(?s)0 of 1 pushes matched .*\nno push has come"), push.getMessage());
    }

    @Test
    void aFailureBeginsWithTheDifferenceAndListsWhatCame() {
        JsonObject problem = JsonParser.parseString("""
                {"nearMisses":[{"differences":[{"word":"payload.aps.badge","want":"7","got":"6"}]}]}""").getAsJsonObject();
        assertEquals("payload.aps.badge is 6, not 7", Failure.difference(problem));
        JsonObject push = JsonParser.parseString("""
                {"id":"AB","state":"rejected","response":{"reason":"BadDeviceToken"},"payload":{"aps":{}}}""").getAsJsonObject();
        assertEquals("apns-id  state     reason          payload\nAB       rejected  BadDeviceToken  {\"aps\":{}}", Failure.table(List.of(push)));
    }

    @Test
    void aWrongFilterWordIsAnErrorOfTheTest(Space space) {
        var rejection = assertThrows(ControlException.class, () -> space.requireDelivered("badge=7"));
        assertTrue(rejection.getMessage().contains("there is no such filter word"), rejection.getMessage());
    }

    @Test
    void aSpaceHasTheTopicsAndDevicesThatWereAskedFor(Space production) {
        try (Space space = Space.with().environment("sandbox").topics("com.example.one", "com.example.two").devices(2).open()) {
            assertNotEquals(production.port(), space.port());
            assertEquals(List.of("com.example.one", "com.example.two"), space.topics());
            assertNotEquals(space.devices().get(0).token(), space.devices().get(1).token());
            assertNotEquals(space.device().token(), space.device().token("com.example.two"));
            assertEquals(space.team(), space.variables().get("APNS_SIM_TEAM"));
        }
    }

    @Test
    void aDeviceDoesWhatItIsTold(Space space) {
        Device device = space.device();
        device.offline();
        device.online();
        device.lock();
        device.unlock();
        device.sleep();
        device.wake();
        device.lowPower();
        device.fullPower();
        device.forbid();
        device.allow();
        String first = space.token();
        String rotated = device.rotate();
        String reinstalled = device.reinstall();
        assertEquals(3, Set.of(first, rotated, reinstalled).size());
        device.uninstall();
        assertEquals(reinstalled, space.token(), "tests push to the token of a removed app");
        String before = device.id();
        device.revoke();
        String revoked = device.id();
        assertNotEquals(before, revoked);
        device.erase();
        assertNotEquals(revoked, device.id());
        assertNotEquals(reinstalled, device.install());
    }

    @Test
    void aFaultEndsWithItsBlock(Space space) {
        Fault fault = space.inject(0, 0, Map.of("do", "respond", "reason", "TooManyRequests"));
        try (fault) {
            assertEquals(0, fault.hits());
        }
        assertThrows(ControlException.class, fault::close);
    }

    @Test
    void theClockOfASpaceTellsTheTimeAfterAnAdvance(Space space) {
        Clock clock = space.clock();
        space.advance(Duration.ofMinutes(61));
        Duration moved = Duration.between(Instant.now(), clock.instant());
        assertEquals(61, moved.plusSeconds(10).toMinutes());
    }

    @Test
    void withoutASimulatorItSaysWhatToDo() {
        var failure = assertThrows(IllegalStateException.class, () -> Simulator.start("/does/not/exist/apns-sim"));
        assertTrue(failure.getMessage().contains("set APNS_SIM_BIN to its path"), failure.getMessage());
    }
}
