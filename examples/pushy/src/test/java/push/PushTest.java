package push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apnssim.Space;
import apnssim.SpaceExtension;
import com.eatthepath.pushy.apns.ApnsClient;
import com.eatthepath.pushy.apns.ApnsClientBuilder;
import com.eatthepath.pushy.apns.PushNotificationResponse;
import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import com.eatthepath.pushy.apns.util.SimpleApnsPushNotification;
import io.netty.channel.nio.NioEventLoopGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pushy in tests: {@code apns-sim exec -- mvn test}. */
@ExtendWith(SpaceExtension.class)
class PushTest {
    private static final String HELLO = "{\"aps\":{\"alert\":\"hello\"},\"n\":1.0,\"text\":\"ä ☃ </\"}";

    // Netty takes two seconds to stop; the clients of all tests share its threads.
    private static final NioEventLoopGroup threads = new NioEventLoopGroup(1);

    private ApnsClient client;

    @AfterAll
    static void stop() throws Exception {
        threads.shutdownGracefully().sync();
    }

    @AfterEach
    void close() throws Exception {
        if (client != null) {
            client.close().get();
        }
    }

    private ApnsClientBuilder at(Space space) throws Exception {
        return new ApnsClientBuilder().setEventLoopGroup(threads)
                .setApnsServer(space.host(), space.port()).setTrustedServerCertificateChain(space.ca());
    }

    private ApnsClient withToken(Space space) throws Exception {
        client = at(space).setSigningKey(ApnsSigningKey.loadFromInputStream(space.key(), space.team(), space.keyId())).build();
        return client;
    }

    private CompletableFuture<PushNotificationResponse<SimpleApnsPushNotification>> send(Space space, String token) {
        return client.sendNotification(new SimpleApnsPushNotification(token, space.topic(), HELLO));
    }

    private PushNotificationResponse<SimpleApnsPushNotification> push(Space space) throws Exception {
        return send(space, space.token()).get();
    }

    private static String credential(Space space, int push, String field) {
        return space.pushes().get(push).getAsJsonObject("request").getAsJsonObject("credential").get(field).getAsString();
    }

    @Test
    void aProviderTokenIsAccepted(Space space) throws Exception {
        withToken(space);
        assertTrue(push(space).isAccepted());
        space.received(1);
        assertEquals("provider token", credential(space, 0, "kind"));
    }

    @Test
    void aProviderCertificateIsAccepted(Space space) throws Exception {
        client = at(space).setClientCredentials(space.p12(), Space.P12_PASSWORD).build();
        assertTrue(push(space).isAccepted());
        space.received(1);
        assertEquals("certificate", credential(space, 0, "kind"));
    }

    @Test
    void aRefusalNamesItsReason(Space space) throws Exception {
        withToken(space);
        var response = send(space, "00ff").get();
        assertFalse(response.isAccepted());
        assertEquals(Optional.of("BadDeviceToken"), response.getRejectionReason());
    }

    @Test
    void aRemovedAppIsGoneSinceATime(Space space) throws Exception {
        withToken(space);
        space.uninstall();
        var response = push(space);
        assertEquals(Optional.of("Unregistered"), response.getRejectionReason());
        Duration age = Duration.between(response.getTokenInvalidationTimestamp().orElseThrow(), Instant.now());
        assertTrue(!age.isNegative() && age.compareTo(Duration.ofMinutes(1)) < 0, age.toString());
    }

    @Test
    void theDeviceReceivesTheExactPayload(Space space) throws Exception {
        withToken(space);
        push(space);
        assertEquals(HELLO, space.received(1).get(0));
    }

    private void refused(Space space, String reason) throws Exception {
        withToken(space);
        space.inject(0, 1, Map.of("do", "respond", "reason", reason));
        assertEquals(Optional.of(reason), push(space).getRejectionReason());
        assertEquals(1, space.pushes().size());
        assertTrue(push(space).isAccepted());
        System.out.println("note: reported to the caller, not retried");
    }

    @Test
    void tooManyRequests(Space space) throws Exception {
        refused(space, "TooManyRequests");
    }

    @Test
    void serviceUnavailable(Space space) throws Exception {
        refused(space, "ServiceUnavailable");
    }

    /** Sends so many pushes at once, waits until those that were accepted have arrived, and returns how many that are. */
    private int batch(Space space, int count) throws Exception {
        List<CompletableFuture<PushNotificationResponse<SimpleApnsPushNotification>>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(send(space, space.token()));
        }
        List<UUID> accepted = new ArrayList<>();
        for (var one : all) {
            try {
                if (one.get().isAccepted()) {
                    accepted.add(one.get().getApnsId());
                }
            } catch (ExecutionException e) {
                // not answered: the caller has to send it again
            }
        }
        accepted.forEach(space::delivered);
        return accepted.size();
    }

    @Test
    void noAnsweredPushIsLostInAGoaway(Space space) throws Exception {
        withToken(space);
        space.inject(50, 1, Map.of("do", "goaway", "lastStream", "before"));
        int accepted = batch(space, 200);
        assertTrue(accepted > 0);
        assertEquals(1, space.hits());
        assertTrue(push(space).isAccepted(), "it connects anew");
        System.out.println("note: pushes that the GOAWAY excludes " + (accepted < 200 ? "end in an error" : "are sent again"));
    }

    @Test
    void theProviderTokenIsRenewed(Space space) throws Exception {
        withToken(space);
        assertTrue(push(space).isAccepted());
        space.advance("61m");
        assertEquals(Optional.of("ExpiredProviderToken"), push(space).getRejectionReason());
        space.advance("-61m");
        var renewed = push(space);
        assertTrue(renewed.isAccepted(), () -> renewed.getRejectionReason().toString());
        int last = space.pushes().size() - 1;
        assertNotEquals(credential(space, 0, "fingerprint"), credential(space, last, "fingerprint"));
        System.out.println("note: reports ExpiredProviderToken to the caller and signs a new one for the next push");
    }

    @Test
    void aThousandPushesArrive(Space space) throws Exception {
        withToken(space);
        assertEquals(1000, batch(space, 1000));
        System.out.println("note: all at once on one connection; the library queues pushes above the stream limit");
    }
}
