//go:build unix

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// How much 64 readers of a kind slow pushes down, over sockets and up to the device,
// each kind between two measurements without any. The metrics are the shares that are
// left: of the rate, and of the pushes per second of processor time, which says the same
// and does not depend on what else the machine does. At least 0.6 is what should be.
func BenchmarkPushesWithReaders(b *testing.B) {
	s := serve(b, "--any-port", "--backlog", "1000000")
	push := newLoad(b, s)
	push.rate(b, time.Second) // until everything is warm
	for b.Loop() {
		for _, kind := range []struct{ name, path string }{
			{"streams", "/v1/events"},
			{"streams-into-payloads", "/v1/events?payload.aps.badge=4711"},
			{"waits", "/v1/notifications/wait?timeout=60s&topic=com.example.other"},
			{"waits-into-payloads", "/v1/notifications/wait?timeout=60s&payload.aps.badge=4711"},
		} {
			before, beforeCPU := push.rate(b, time.Second)
			path := kind.path
			if strings.Contains(path, "/wait") { // for what comes, not for what is in the history
				var found struct{ Newest uint64 }
				api(b, s, http.MethodGet, "/v1/notifications?limit=1", "", &found)
				path += fmt.Sprintf("&after=%d", found.Newest)
			}
			leave := readers(b, s, 64, path)
			with, withCPU := push.rate(b, 2*time.Second)
			leave()
			after, afterCPU := push.rate(b, time.Second)
			b.ReportMetric(2*with/(before+after), kind.name+"-share")
			b.ReportMetric(2*withCPU/(beforeCPU+afterCPU), kind.name+"-cpu-share")
			b.Logf("%s: %.0f pushes/s, without %.0f and %.0f; per CPU second %.0f, without %.0f and %.0f",
				kind.name, with, before, after, withCPU, beforeCPU, afterCPU)
		}
	}
}

// readers opens n requests that read to their end, which leave brings about.
func readers(b *testing.B, s *server, n int, path string) (leave func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	client := &http.Client{Transport: new(http.Transport)}
	var all sync.WaitGroup
	for range n {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Control+path, nil)
		require.NoError(b, err)
		all.Go(func() {
			response, err := client.Do(request)
			if err != nil {
				return // it has left
			}
			defer response.Body.Close()
			_, _ = io.Copy(io.Discard, response.Body)
		})
	}
	deadline := time.Now().Add(10 * time.Second)
	for waiting(b, s) < n {
		require.True(b, time.Now().Before(deadline), "not all readers have come")
	}
	return func() {
		cancel()
		all.Wait()
		client.CloseIdleConnections()
	}
}

// waiting is how many readers the simulator has.
func waiting(b *testing.B, s *server) (n int) {
	b.Helper()
	response, err := http.Get(s.Control + "/metrics") //nolint:noctx // It is a benchmark.
	require.NoError(b, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(b, err)
	_, value, _ := strings.Cut(string(text), "\napns_sim_waits ")
	_, err = fmt.Sscan(value, &n)
	require.NoError(b, err)
	return n
}

// A load is a provider with many pushes under way.
type load struct {
	client *http.Client
	url    string
	topic  string
}

func newLoad(b *testing.B, s *server) *load {
	b.Helper()
	var made controlapi.CreatedSpace
	require.Equal(b, http.StatusCreated, api(b, s, http.MethodPost, "/v1/spaces", `{"environment":"production"}`, &made))
	certificate, err := tls.X509KeyPair([]byte(made.Certificate), []byte(made.Certificate))
	require.NoError(b, err)
	roots := x509.NewCertPool()
	require.True(b, roots.AppendCertsFromPEM([]byte(made.CA)))
	transport := &http.Transport{
		ForceAttemptHTTP2: true, MaxConnsPerHost: 4,
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}},
	}
	return &load{&http.Client{Transport: transport}, s.Provider + "/3/device/" + made.Variables["APNS_SIM_TOKEN"], made.Variables["APNS_SIM_TOPIC"]}
}

// cpu is the processor time that this process has taken.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// rate pushes for a time, a hundred at once, and returns how many were accepted in a
// second, and in a second of processor time.
func (l *load) rate(b *testing.B, length time.Duration) (perSecond, perCPU float64) {
	b.Helper()
	var accepted, refused atomic.Int64
	began, spent := time.Now(), cpu(b)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			for time.Since(began) < length && refused.Load() == 0 {
				if l.push(b.Context()) == http.StatusOK {
					accepted.Add(1)
				} else {
					refused.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.Zero(b, refused.Load())
	n := float64(accepted.Load())
	return n / time.Since(began).Seconds(), n / (cpu(b) - spent).Seconds()
}

// push sends one and returns the status of the response, 0 if there was none.
func (l *load) push(ctx context.Context) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, strings.NewReader(`{"aps":{"alert":{"title":"Hello","body":"World"},"badge":7},"n":[1,2,3]}`))
	if err != nil {
		return 0
	}
	request.Header.Set("apns-topic", l.topic)
	request.Header.Set("apns-push-type", "alert")
	response, err := l.client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}
