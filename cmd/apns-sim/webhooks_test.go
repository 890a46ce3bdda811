package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// A receivedHook is a request that a receiver of events got.
type receivedHook struct {
	header http.Header
	user   string
	body   string
}

// hookReceiver is a receiver of events. all returns the requests so far.
func hookReceiver(t *testing.T) (url string, all func() []receivedHook) {
	t.Helper()
	var mu sync.Mutex
	var got []receivedHook
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		user, _, _ := r.BasicAuth()
		mu.Lock()
		defer mu.Unlock()
		got = append(got, receivedHook{r.Header, user, string(body)})
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []receivedHook {
		mu.Lock()
		defer mu.Unlock()
		return append([]receivedHook(nil), got...)
	}
}

const hookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func TestEventsAreSentAsTheyAreOnTheStream(t *testing.T) {
	url, all := hookReceiver(t)
	url = strings.Replace(url, "http://", "http://user:hidden@", 1) + "/events?key=hidden#push-type=alert&state=accepted&state=sent&state=delivered"
	d := drive(t, "--webhook", url, "--webhook-secret", hookSecret, "--log-level", "info")
	token := d.device().Apps[0].Token
	d.do("send", "--token", token)
	d.do("wait", "--state", "delivered")
	stream := d.do("tail", "--after", "0", "--state", "accepted", "--state", "sent", "--state", "delivered", "--push-type", "alert", "--limit", "3", "--json")
	listed := lines[controlapi.Webhook](t, d.do("webhook", "list", "--json"))
	require.Len(t, listed, 1)
	assert.Equal(t, "push-type=alert state=accepted|sent|delivered", listed[0].Filter)
	assert.NotContains(t, d.do("webhook", "list"), "hidden")
	d.server.stop()

	requests := all()
	require.Len(t, requests, 3, "accepted, sent and delivered: also what was recorded just before the end")
	for i, line := range strings.Split(strings.TrimSpace(stream), "\n") {
		assert.JSONEq(t, line, requests[i].body)
	}
	r := requests[0]
	assert.Equal(t, "user", r.user)
	mac := hmac.New(sha256.New, []byte("0123456789abcdef0123456789abcdef"))
	mac.Write([]byte(r.header.Get("webhook-id") + "." + r.header.Get("webhook-timestamp") + "." + r.body))
	assert.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), r.header.Get("webhook-signature"))
	assert.Contains(t, d.server.stderr.String(), "sent=3 dropped=0")
	for _, secret := range []string{"hidden", hookSecret, "0123456789abcdef"} {
		assert.NotContains(t, d.server.stderr.String()+d.server.record, secret)
	}
}

func TestExecSendsEventsUpToTheLast(t *testing.T) {
	url, all := hookReceiver(t)
	o := invoke(t, "exec", "--webhook", url, "--", "true")
	require.Equal(t, exitOK, o.code, o.stderr)
	requests := all()
	require.NotEmpty(t, requests, "the devices of exec connect")
	var last control.Event
	require.NoError(t, json.Unmarshal([]byte(requests[len(requests)-1].body), &last))
	assert.Equal(t, "disconnected", last.Event)
}

func TestConfigShowHidesWhatMayBeSecretOfAWebhook(t *testing.T) {
	all := shownSettings(t, "--webhook", "https://user:hidden@hooks.test/hidden?key=hidden#topic=x", "--webhook-secret", hookSecret)
	assert.Equal(t, []any{"https://hooks.test"}, all["webhook"].Value)
	assert.Equal(t, "(a secret)", all["webhook-secret"].Value)
}

func TestAWebhookThatCannotBeReadIsAUsageErrorWithoutIt(t *testing.T) {
	for want, args := range map[string][]string{
		"--webhook: it is not an HTTP URL; write one such as http://127.0.0.1:3000/events#topic=com.example.*": {"--webhook", "hidden.test"},
		"--webhook: topics: there is no such filter word; did you mean topic?":                                 {"--webhook", "http://hidden.test#topics=x"},
		"--webhook-secret: it is not whsec_ and 24 to 64 bytes in base64":                                      {"--webhook", "http://hidden.test", "--webhook-secret", "hidden"},
		"--webhook-secret has no effect without --webhook":                                                     {"--webhook-secret", hookSecret},
	} {
		o := invoke(t, append([]string{"serve", "--any-port"}, args...)...)
		assert.Equal(t, exitUsage, o.code)
		assert.Contains(t, o.stderr, want)
		assert.NotContains(t, o.stderr, "hidden")
	}
}
