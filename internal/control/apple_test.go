package control_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

// What serves Apple's hosts shows nothing of the control API, under whatever name, and
// asks for no token.
func TestApplesHostsHaveApplesRoutesAlone(t *testing.T) {
	cfg := control.Config{Token: "a-token-of-some-length"}
	newSimulator(t).addTo(&cfg.Parts)
	server, err := control.New(cfg)
	require.NoError(t, err)
	listener := memnet.Listen()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.ServeApple(ctx, listener) }()
	conn := dial(t, listener)
	responses := bufio.NewReader(conn)
	for _, row := range []struct {
		request string
		want    int
	}{
		{"GET /bag HTTP/1.1\r\nHost: init.push.apple.com\r\n\r\n", http.StatusOK},
		{"GET /bag HTTP/1.1\r\nHost: Init-p01st.push.apple.com.:80\r\n\r\n", http.StatusOK},
		{"POST /deviceservices/deviceActivation HTTP/1.1\r\nHost: albert.apple.com\r\nContent-Length: 0\r\n\r\n", http.StatusBadRequest},
		{"POST /bag HTTP/1.1\r\nHost: init.push.apple.com\r\nContent-Length: 0\r\n\r\n", http.StatusMethodNotAllowed},
		{"GET /bag HTTP/1.1\r\nHost: albert.apple.com\r\n\r\n", http.StatusNotFound},
		{"GET /bag HTTP/1.1\r\nHost: localhost\r\n\r\n", http.StatusNotFound},
		{"GET /livez HTTP/1.1\r\nHost: init.push.apple.com\r\n\r\n", http.StatusNotFound},
		{"GET /v1/info HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a-token-of-some-length\r\n\r\n", http.StatusNotFound},
		{"DELETE /v1/notifications HTTP/1.1\r\nHost: albert.apple.com\r\n\r\n", http.StatusNotFound},
	} {
		_, err := io.WriteString(conn, row.request)
		require.NoError(t, err)
		response, err := http.ReadResponse(responses, nil)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, row.want, response.StatusCode, row.request)
		if row.want == http.StatusNotFound {
			assert.Contains(t, string(body), "/deviceservices/deviceActivation at albert.apple.com", "it says what there is")
		}
	}
	stop()
	assert.NoError(t, <-ended)
}

func TestAppleHostsAreThoseOfTheTable(t *testing.T) {
	assert.Equal(t, []string{"init.push.apple.com", "init.sandbox.push.apple.com", "init-p01st.push.apple.com", "albert.apple.com"}, control.AppleHosts())
}
