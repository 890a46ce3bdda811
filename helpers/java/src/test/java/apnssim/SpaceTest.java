package apnssim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Run by {@code make test-clients}: {@code apns-sim exec -- mvn test}. */
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
    void aWaitThatIsNotMetTellsWhatTheControlApiSays(Space space) {
        var refusal = assertThrows(IllegalStateException.class, () -> space.received(1, "0s"));
        assertTrue(refusal.getMessage().contains("inbox has 0 notifications"), refusal.getMessage());
    }
}
