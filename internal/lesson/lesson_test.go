package lesson_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/lesson"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// acts are the steps of each act, in order.
var acts = [][]string{
	{"provider-tls", "apns-certificate", "provider-certificate", "jwt-made", "jwt-verified"},
	{"activation", "device-tls", "courier-certificate", "connect", "device-verified", "token-made", "connect-response", "token-request", "device-token"},
	{"hand-over"},
	{"reconnect", "comparison", "admitted"},
	{"push", "checks", "route", "response", "notification", "shown", "acknowledged"},
}

func play(t *testing.T) *lesson.Lesson {
	t.Helper()
	_, cfg := start(t, sim.Config{})
	l, err := lesson.Run(t.Context(), cfg)
	require.NoError(t, err)
	return l
}

// stepOf gives a step by its ID.
func stepOf(t *testing.T, l *lesson.Lesson, id string) lesson.Step {
	t.Helper()
	for _, s := range l.Steps() {
		if s.ID == id {
			return s
		}
	}
	require.FailNow(t, "there is no step "+id)
	return lesson.Step{}
}

// part gives the bytes of a part of a block, and the part.
func part(t *testing.T, b lesson.Block, name string) ([]byte, lesson.Part) {
	t.Helper()
	for _, p := range b.Parts {
		if p.Name == name {
			return b.Bytes[p.At : p.At+p.Size], p
		}
	}
	require.FailNow(t, b.Title+" has no part "+name)
	return nil, lesson.Part{}
}

func TestTheLessonHasFiveActsWithAllStepsInOrder(t *testing.T) {
	l := play(t)
	require.Len(t, l.Acts, len(acts))
	number := 0
	for i, act := range l.Acts {
		assert.Equal(t, i+1, act.Number)
		var ids []string
		for _, s := range act.Steps {
			number++
			assert.Equal(t, number, s.Number)
			ids = append(ids, s.ID)
		}
		assert.Equal(t, acts[i], ids, act.Title)
	}
}

func TestEachStepSaysWhoActsInPlainWordsAndExactly(t *testing.T) {
	for _, s := range play(t).Steps() {
		assert.NotEmpty(t, s.From, s.ID)
		assert.NotEmpty(t, s.Title, s.ID)
		assert.NotEmpty(t, s.Plain, s.ID)
		assert.NotEmpty(t, s.Exactly, s.ID)
		assert.Equal(t, s.To == "", s.Sent == "", "%s: what is sent has a receiver", s.ID)
		assert.NotEmpty(t, s.Links, s.ID)
		for _, link := range s.Links {
			assert.Regexp(t, `^https://(www\.rfc-editor\.org/rfc/rfc\d+#section-[\d.]+|developer\.apple\.com/.+)$`, link.URL, s.ID)
		}
		assert.NotEmpty(t, len(s.Blocks)+len(s.Checks)+len(s.Rows), "%s shows nothing", s.ID)
		assert.Equal(t, s.ID == "hand-over", s.Outside, s.ID)
	}
}

func TestThePartsOfABlockCoverItsBytes(t *testing.T) {
	for _, s := range play(t).Steps() {
		for _, b := range s.Blocks {
			at := 0
			for _, p := range b.Parts {
				assert.LessOrEqual(t, p.At+p.Size, len(b.Bytes), "%s: %s: %s", s.ID, b.Title, p.Name)
				if p.Level == 0 && s.ID != "hand-over" {
					assert.Equal(t, at, p.At, "%s: %s: before %s", s.ID, b.Title, p.Name)
					at = p.At + p.Size
				}
			}
			if s.ID != "hand-over" {
				assert.Equal(t, len(b.Bytes), at, "%s: %s", s.ID, b.Title)
			}
		}
	}
}

func TestEachTermIsExplainedOnce(t *testing.T) {
	at := map[string]string{}
	for _, s := range play(t).Steps() {
		for _, w := range s.Words {
			assert.Empty(t, at[w.Word], "%s is explained twice", w.Word)
			at[w.Word] = s.ID
		}
	}
	assert.Equal(t, "connect", at["nonce"])
	assert.Equal(t, "token-made", at["synthetic IV"])
	assert.Equal(t, "token-made", at["epoch"])
	assert.Equal(t, "jwt-made", at["JWT"])
}

// Every topic that the certificate lists is shown at the check, and the first is the app.
func TestTheProviderCertificateIsForOneApp(t *testing.T) {
	step := stepOf(t, play(t), "provider-certificate")
	check := step.Checks[len(step.Checks)-1]
	assert.Equal(t, "topics", check.Name)
	const app = "com.example.lesson"
	assert.Equal(t, strings.Join([]string{app, app + ".voip", app + ".complication", app + ".voip-ptt"}, ", "), check.Seen)
}

// An epoch, production and the names of checks are explained before they are used.
func TestTermsAreExplainedWhereTheyFirstAppear(t *testing.T) {
	at := map[string]int{}
	l := play(t)
	for _, s := range l.Steps() {
		for _, w := range s.Words {
			at[w.Word] = s.Number
		}
	}
	for term, first := range map[string]string{
		"frame": "SETTINGS", "stream": "stream", "team": "the team", "production, sandbox": "production", "control API": "control API",
		"bundle ID": "bundle ID", "SETTINGS": "SETTINGS", "reserved device token": "reserved device token", "broker": "broker", "burst": "burst",
		"user": "user 0", "base token": "base token", "epoch": "epoch", "nonce": "nonce",
	} {
		require.NotZero(t, at[term], "%s is not explained", term)
		for _, s := range l.Steps()[:at[term]-1] {
			s.Experiments = nil
			text, err := json.Marshal(s)
			require.NoError(t, err)
			assert.NotContains(t, string(text), first, "step %d uses %s, which step %d explains", s.Number, term, at[term])
		}
	}
}

// What the text says of the JWT is what its bytes say.
func TestTheJWTIsSignedByTheKeyOfTheTeam(t *testing.T) {
	l := play(t)
	block := stepOf(t, l, "jwt-made").Blocks[0]
	for _, name := range []string{"header", "claims"} {
		encoded, p := part(t, block, name)
		decoded, err := base64.RawURLEncoding.DecodeString(string(encoded))
		require.NoError(t, err)
		assert.Equal(t, string(decoded), p.Value)
	}
	_, claims := part(t, block, "claims")
	var of struct{ Iss string }
	require.NoError(t, json.Unmarshal([]byte(claims.Value), &of))
	assert.Equal(t, l.Space, of.Iss)
	encoded, _ := part(t, block, "signature")
	signature, err := base64.RawURLEncoding.DecodeString(string(encoded))
	require.NoError(t, err)
	assert.Len(t, signature, 64, "RFC 7518, 3.4")
	assert.Equal(t, []string{lesson.Equal, lesson.Passed, lesson.Passed}, results(stepOf(t, l, "jwt-verified")))
}

func results(s lesson.Step) (all []string) {
	for _, c := range s.Checks {
		all = append(all, c.Result)
	}
	return all
}

// What the text says of the login is what its bytes say: the signature over the nonce
// fits the certificate, whose key gives the device ID in both tokens.
func TestTheSignatureInConnectFitsTheCertificateInIt(t *testing.T) {
	l := play(t)
	block := stepOf(t, l, "connect").Blocks[0]
	var connect courier.Connect
	require.NoError(t, connect.Parse(block.Bytes[5:]))
	leaf, err := x509.ParseCertificate(connect.Certificates[0])
	require.NoError(t, err)
	require.NoError(t, courier.VerifyNonce(leaf.PublicKey, connect.Nonce, connect.Signature))
	nonce, _ := part(t, block, "nonce")
	assert.Equal(t, connect.Nonce, nonce[3:])
	signature, p := part(t, block, "signature")
	assert.Equal(t, connect.Signature, signature[3:])
	assert.NotEmpty(t, p.Meaning)
	at, written := part(t, block, "time")
	parsed, err := courier.ParseNonce(connect.Nonce)
	require.NoError(t, err)
	assert.Equal(t, parsed.UTC().Format(time.RFC3339), written.Value)
	assert.Equal(t, connect.Nonce[1:9], at)

	device := apns.DeviceID(pki.DeviceID(leaf)).String()
	for _, id := range []string{"token-made", "device-token", "comparison", "route"} {
		step := stepOf(t, l, id)
		found := false
		for _, b := range step.Blocks {
			if !strings.HasPrefix(b.Title, "record") {
				continue
			}
			inRecord, p := part(t, b, "device ID")
			assert.Equal(t, device, hex.EncodeToString(inRecord), id)
			assert.Equal(t, device, p.Value, id)
			found = true
		}
		assert.True(t, found, "%s shows no record", id)
		assert.Equal(t, lesson.Equal, step.Checks[0].Result, id)
	}
	key, _ := part(t, stepOf(t, l, "activation").Blocks[1], "subjectPublicKeyInfo")
	sum := sha256.Sum256(key)
	assert.Equal(t, device, hex.EncodeToString(sum[:8]), "the text says how it is computed")
}

// The token that APNs returned is the one that the app hands over, the provider sends and
// the device gets back.
func TestTheDeviceTokenIsTheSameInAllActs(t *testing.T) {
	l := play(t)
	var response courier.TokenResponse
	require.NoError(t, response.Parse(stepOf(t, l, "device-token").Blocks[0].Bytes[5:]))
	token := hex.EncodeToString(response.Token)
	handed, _ := part(t, stepOf(t, l, "hand-over").Blocks[0], "device token")
	assert.Equal(t, token, string(handed))
	_, path := part(t, stepOf(t, l, "push").Blocks[0], ":path")
	assert.Equal(t, "/3/device/"+token, path.Value)
	var n courier.Notification
	require.NoError(t, n.Parse(stepOf(t, l, "notification").Blocks[0].Bytes[5:]))
	assert.Equal(t, response.Token, n.Token)
	assert.Equal(t, apns.HashTopic(l.Topic), apns.TopicHash(n.Topic))
	payload, _ := part(t, stepOf(t, l, "push").Blocks[1], "payload")
	assert.Equal(t, string(payload), string(n.Payload), "byte for byte")

	var connect courier.Connect
	require.NoError(t, connect.Parse(stepOf(t, l, "reconnect").Blocks[0].Bytes[5:]))
	var accepted courier.ConnectResponse
	require.NoError(t, accepted.Parse(stepOf(t, l, "connect-response").Blocks[0].Bytes[5:]))
	assert.Equal(t, accepted.Token, connect.Token, "the device sends the base token as it got it")
}

func TestThePushPassesEveryCheckOfTheSimulator(t *testing.T) {
	step := stepOf(t, play(t), "checks")
	assert.Greater(t, len(step.Checks), 20)
	for _, c := range step.Checks {
		assert.Equal(t, lesson.Passed, c.Result, c.Name)
	}
}

func TestTheClientHelloNamesTheHostAndTheProtocol(t *testing.T) {
	l := play(t)
	for id, want := range map[string][2]string{
		"provider-tls": {"api.push.apple.com", "h2"}, "device-tls": {"courier.push.apple.com", "apns-security-v3"},
	} {
		block := stepOf(t, l, id).Blocks[0]
		assert.Equal(t, []byte{0x16, 3, 1}, []byte(block.Bytes[:3]), "RFC 8446, 5.1")
		name, p := part(t, block, "server_name")
		assert.Equal(t, want[0], p.Value)
		assert.Contains(t, string(name), want[0])
		_, p = part(t, block, "application_layer_protocol_negotiation")
		assert.Equal(t, want[1], p.Value)
	}
}

func TestTheSpaceIsDeletedAfterwards(t *testing.T) {
	s, cfg := start(t, sim.Config{})
	_, err := lesson.Run(t.Context(), cfg)
	require.NoError(t, err)
	_, err = lesson.RunExperiment(t.Context(), cfg, "jwt-foreign")
	require.NoError(t, err)
	spaces, _, err := s.SpaceControl.PageSpaces(controlapi.Page{})
	require.NoError(t, err)
	assert.Empty(t, spaces)
}

func TestTheLessonGoesByTheClockOfTheSimulator(t *testing.T) {
	s, cfg := start(t, sim.Config{})
	s.Clock.Advance(30 * 24 * time.Hour)
	_, err := lesson.Run(t.Context(), cfg)
	assert.NoError(t, err)
}

func TestASimulatorWithoutAListenerIsNamed(t *testing.T) {
	_, cfg := start(t, sim.Config{Addresses: sim.Addresses{sim.Device: sim.Off}})
	_, err := lesson.Run(t.Context(), cfg)
	assert.ErrorContains(t, err, "the simulator has no device listener")
}

func TestAFailedRunDeletesItsSpaceToo(t *testing.T) {
	s, cfg := start(t, sim.Config{})
	whole := cfg.Control
	cfg.Control = func(ctx context.Context, method, path string, body []byte) ([]byte, error) {
		if path == "/v1/activation" {
			return nil, errors.New("no activation today")
		}
		return whole(ctx, method, path, body)
	}
	_, err := lesson.Run(t.Context(), cfg)
	assert.ErrorContains(t, err, "in act 2, after 5 steps: no activation today")
	spaces, _, err := s.SpaceControl.PageSpaces(controlapi.Page{})
	require.NoError(t, err)
	assert.Empty(t, spaces)
}

func TestEachExperimentEndsAtTheCheckThatItPromises(t *testing.T) {
	responses := map[string]string{
		"certificate-other-topic": "400 TopicDisallowed",
		"jwt-expired":             "403 ExpiredProviderToken",
		"jwt-wrong-signature":     "403 InvalidProviderToken",
		"jwt-foreign":             "400 TopicDisallowed",
		"nonce-replayed":          "status 2: the nonce",
		"clock-wrong":             "status 2: the time",
		"other-device":            "status 0 with a new base token",
		"token-bit":               "400 BadDeviceToken",
		"sandbox-token":           "400 BadDeviceToken",
		"other-app":               "400 DeviceTokenNotForTopic",
		"app-uninstalled":         "410 Unregistered",
	}
	_, cfg := start(t, sim.Config{})
	l, err := lesson.Run(t.Context(), cfg)
	require.NoError(t, err)
	for _, e := range lesson.Experiments() {
		t.Run(e.Name, func(t *testing.T) {
			assert.Contains(t, stepOf(t, l, e.Step).Experiments, e.Name, "the step of the lesson offers it")
			played, err := lesson.RunExperiment(t.Context(), cfg, e.Name)
			require.NoError(t, err)
			outcome := played.Experiment
			assert.Regexp(t, "^"+responses[e.Name], outcome.Response)
			assert.Equal(t, lesson.APNs, outcome.By)
			objected := ""
			for _, c := range stepOf(t, played, outcome.Step).Checks {
				if objected != "" && outcome.Step == "changed-checks" {
					assert.Equal(t, lesson.NotReached, c.Result, "%s comes after the check that failed", c.Name)
				}
				if c.Fails() {
					objected = c.Name
				}
			}
			assert.Equal(t, e.Check, objected)
		})
	}
}

func TestAnExperimentThatEndsElsewhereIsAnError(t *testing.T) {
	s, cfg := start(t, sim.Config{})
	_, err := s.Faults.Add(fault.Rule{Name: "busy", What: fault.Action{Do: fault.Respond, Reason: apns.TooManyRequests}})
	require.NoError(t, err)
	_, err = lesson.RunExperiment(t.Context(), cfg, "token-bit")
	assert.ErrorContains(t, err, "faults or options of this simulator")
}

func TestAnUnknownExperimentIsAnError(t *testing.T) {
	_, err := lesson.RunExperiment(t.Context(), lesson.Config{}, "nothing")
	assert.ErrorContains(t, err, `there is no experiment "nothing"; there are certificate-other-topic, `)
}

// The forged signature is right under no key of the team, and the flipped bit is the only
// difference: the experiments change what they say and nothing else.
func TestAnExperimentChangesOneThing(t *testing.T) {
	_, cfg := start(t, sim.Config{})
	played, err := lesson.RunExperiment(t.Context(), cfg, "token-bit")
	require.NoError(t, err)
	blocks := stepOf(t, played, "changed-push").Blocks
	before, after := new(big.Int).SetBytes(blocks[0].Bytes), new(big.Int).SetBytes(blocks[1].Bytes)
	difference := before.Xor(before, after)
	assert.Equal(t, "1", difference.String())

	played, err = lesson.RunExperiment(t.Context(), cfg, "nonce-replayed")
	require.NoError(t, err)
	var connect courier.Connect
	require.NoError(t, connect.Parse(stepOf(t, played, "changed-connect").Blocks[0].Bytes[5:]))
	leaf, err := x509.ParseCertificate(connect.Certificates[0])
	require.NoError(t, err)
	_, isECDSA := leaf.PublicKey.(*ecdsa.PublicKey)
	assert.True(t, isECDSA)
	assert.NoError(t, courier.VerifyNonce(leaf.PublicKey, connect.Nonce, connect.Signature), "only the age of the login is wrong")
}

func TestALessonIsReadFromItsJSON(t *testing.T) {
	l := play(t)
	text, err := json.Marshal(l)
	require.NoError(t, err)
	var again lesson.Lesson
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, l, &again)
	assert.False(t, bytes.Contains(text, []byte("PRIVATE")), "no key is in it")
}

// The teacher's page has a row for each experiment, in the order of the table.
func TestTheTeachersPageHasEveryExperiment(t *testing.T) {
	page, err := os.ReadFile("../../docs/lesson.md")
	require.NoError(t, err)
	var want, got []string
	for _, e := range lesson.Experiments() {
		want = append(want, "`"+e.Name+"` "+string(e.By)+": "+e.Check)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| (`[a-z-]+`) \\| [^|]+ \\| ([^|]+) \\| ([^|]+) \\|$").FindAllStringSubmatch(string(page), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	assert.Equal(t, want, got)
}
