package integration_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/certificate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// observed: pushy#184, AndrewBarba/apns2#95. Ids that APNs makes up are in
// capital letters, unique ids are not.
const (
	madeUpID = `^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`
	uniqueID = `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`
)

// The whole way, for every kind of provider, environment and device: a device gets its
// token, a provider pushes to it with sideshow/apns2, the payload comes out at
// the device.
func TestAPushReachesTheDeviceByteForByte(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	for _, environment := range []string{production, sandbox} {
		providers := map[string]*apns2.Client{
			"JWT":         sim.tokenClient(t, environment),
			"certificate": sim.certificateClient(t, environment, sim.demoCertificate()),
		}
		for _, style := range []string{"v3", "v2", "none", "pack", "both"} {
			for _, keyType := range []string{"ec", "rsa"} {
				t.Run(environment+"/"+style+"/"+keyType, func(t *testing.T) {
					device := sim.startDevice(t, environment, "--style", style, "--key-type", keyType)
					for name, provider := range providers {
						n := &apns2.Notification{
							DeviceToken: device.token, Topic: sim.Demo.Topic,
							Payload: fmt.Sprintf(`{"aps":{"alert":{"title":"Grüße 👋","body":%q},"badge":1e0},"n":-0.0}`, name+" "+t.Name()),
						}
						payload, response := push(t, provider, n)
						device.expectPayload(sim.Demo.Topic, payload)
						assert.Regexp(t, madeUpID, response.ApnsID)
						if environment == sandbox {
							assert.Regexp(t, uniqueID, response.ApnsUniqueID)
						} else {
							assert.Empty(t, response.ApnsUniqueID, "only in the sandbox")
						}
					}
				})
			}
		}
	}
}

func TestATokenOfOneEnvironmentIsABadTokenInTheOther(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	for here, there := range map[string]string{production: sandbox, sandbox: production} {
		device := sim.startDevice(t, here)
		response, err := sim.tokenClient(t, there).PushWithContext(t.Context(), &apns2.Notification{
			DeviceToken: device.token, Topic: sim.Demo.Topic, Payload: `{}`,
		})
		require.NoError(t, err)
		assert.Equal(t, 400, response.StatusCode)
		assert.Equal(t, apns2.ReasonBadDeviceToken, response.Reason)
	}
}

func TestEachAppHasATokenOfItsOwn(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	provider := sim.tokenClient(t, production)
	apps := []string{"com.example.one", "com.example.two", sim.Demo.Topic}
	device := sim.startDeviceWith(t, production, "--topic", apps[0], "--topic", apps[1], "--topic", apps[2])
	tokens := map[string]string{}
	for range apps {
		e := device.expect("token")
		tokens[e.Topic] = e.DeviceToken
	}
	require.Len(t, tokens, len(apps))
	for i, topic := range apps {
		payload, _ := push(t, provider, &apns2.Notification{DeviceToken: tokens[topic], Topic: topic, Payload: `{"aps":{}}`})
		device.expectPayload(topic, payload)

		other := apps[(i+1)%len(apps)]
		response, err := provider.PushWithContext(t.Context(), &apns2.Notification{DeviceToken: tokens[topic], Topic: other, Payload: `{"aps":{}}`})
		require.NoError(t, err)
		assert.Equal(t, apns2.ReasonDeviceTokenNotForTopic, response.Reason)
	}
}

// While a connection may have one stream only, Go's transport opens further
// ones: many providers at once, from the first push on.
func TestManyPushesAtOnceArriveOnceEach(t *testing.T) {
	t.Parallel()
	const workers, each = 8, 50
	sim := startSimulator(t)
	devices := []*deviceProcess{sim.startDevice(t, production), sim.startDevice(t, production, "--style", "v2")}
	provider := sim.tokenClient(t, production)

	var senders sync.WaitGroup
	for worker := range workers {
		senders.Go(func() {
			for i := range each {
				for _, device := range devices {
					response, err := provider.PushWithContext(t.Context(), &apns2.Notification{
						DeviceToken: device.token, Topic: sim.Demo.Topic, Payload: strconv.Itoa(worker*each + i),
					})
					if !assert.NoError(t, err) || !assert.Equal(t, 200, response.StatusCode, response.Reason) {
						return
					}
				}
			}
		})
	}
	for _, device := range devices {
		seen := map[string]int{}
		for range workers * each {
			seen[string(device.expect("notification").PayloadBase64)]++
		}
		require.Len(t, seen, workers*each, "every push once")
	}
	senders.Wait()
}

// The certificates of apns-sim cert are read by sideshow/apns2's own readers.
func TestProviderCertificatesAreReadByApns2(t *testing.T) {
	t.Parallel()
	const topic, password = "com.example.certified", "open sesame"
	dir := t.TempDir()
	require.Zero(t, run(t, apnsSim, "ca", "init", "--certs", dir).code)
	made := run(t, apnsSim, "cert", "create", "--certs", dir, "--topic", topic, "--password", password, "--legacy-p12")
	require.Zero(t, made.code, made.stderr)
	sim := startSimulator(t, "--certs", dir, "--topic", topic)
	device := sim.startDeviceWith(t, production, "--topic", topic)
	device.expectToken(topic)

	p12, err := certificate.FromP12File(dir+"/"+topic+".p12", password)
	require.NoError(t, err)
	pem, err := certificate.FromPemFile(dir+"/"+topic+".pem", "")
	require.NoError(t, err)
	for name, provider := range map[string]*apns2.Client{
		"p12": sim.certificateClient(t, production, p12), "pem": sim.certificateClient(t, production, pem),
	} {
		payload, _ := push(t, provider, &apns2.Notification{DeviceToken: device.token, Topic: topic, Payload: []byte(strconv.Quote(name))})
		device.expectPayload(topic, payload)
	}
	refused, err := sim.certificateClient(t, production, pem).PushWithContext(t.Context(), &apns2.Notification{
		DeviceToken: device.token, Topic: sim.Demo.Topic, Payload: `{}`,
	})
	require.NoError(t, err)
	assert.Equal(t, apns2.ReasonTopicDisallowed, refused.Reason, "a certificate is for its own topics")
}

// The keys of apns-sim key: one made with the others, one of a foreign team.
func TestKeysOfThePortalSignProviderTokens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.Zero(t, run(t, apnsSim, "ca", "init", "--certs", dir).code)
	made := run(t, apnsSim, "key", "create", "--certs", dir, "--id", "SECONDKEY1")
	require.Zero(t, made.code, made.stderr)
	sim := startSimulator(t, "--certs", dir)
	device := sim.startDevice(t, production)

	file := fmt.Sprintf("%s/keys/%s/AuthKey_SECONDKEY1.p8", dir, sim.Demo.TeamID)
	sent := run(t, apnsSim, "send", "--control", sim.Control, "--token", device.token, "--payload", `{"by":"second"}`,
		"--key-file", file, "--team", sim.Demo.TeamID)
	require.Zero(t, sent.code, sent.stdout+sent.stderr)
	device.expectPayload(sim.Demo.Topic, []byte(`{"by":"second"}`))

	guest := startSimulator(t, "--key", "GUESTTEAM1:SECONDKEY1:"+file)
	device = guest.startDevice(t, production)
	sent = run(t, apnsSim, "send", "--control", guest.Control, "--token", device.token,
		"--key-file", file, "--team", "GUESTTEAM1")
	require.Equal(t, 1, sent.code)
	require.Contains(t, sent.stdout, "TopicDisallowed", "the key is known, the app is another team's")
}
