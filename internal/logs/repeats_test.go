package logs_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/logs"
)

// repeating is a log in a bubble, without times.
func repeating(t *testing.T) (log *slog.Logger, text *reader, handler *logs.Repeats) {
	t.Helper()
	text = new(reader)
	handler = logs.NewRepeats(slog.NewTextHandler(text, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
				return slog.Attr{}
			}
			return a
		},
	}), logs.DefaultInterval)
	return slog.New(handler), text, handler
}

func from(port int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }

func TestRepeatedLinesAreLoggedOnceWithACount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, text, handler := repeating(t)
		for port := range 12_000 {
			err := fmt.Errorf("read tcp 127.0.0.1:2197->127.0.0.1:%d: reset", port)
			log.Info("connection ended", "remote", from(port), "err", err)
		}
		assert.Equal(t, "msg=\"connection ended\" remote=127.0.0.1:0 err=\"read tcp 127.0.0.1:2197->127.0.0.1:0: reset\"\n", text.String())
		time.Sleep(logs.DefaultInterval)
		synctest.Wait()
		assert.Contains(t, text.String(), "remote=127.0.0.1:11999 err=\"read tcp 127.0.0.1:2197->127.0.0.1:11999: reset\" times=11999 within=10s\n")
		assert.Equal(t, 2, strings.Count(text.String(), "\n"))

		time.Sleep(logs.DefaultInterval)
		synctest.Wait()
		log.Info("connection ended", "remote", from(1), "err", errors.New("read tcp 127.0.0.1:2197->127.0.0.1:1: reset"))
		assert.Equal(t, 3, strings.Count(text.String(), "\n"), "after an interval without it, it is the first again")
		handler.Close()
	})
}

func TestOnlyEqualLinesAreCountedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, text, handler := repeating(t)
		log.Info("a", "remote", from(1), "err", errors.New("x"))
		log.Warn("a", "remote", from(1), "err", errors.New("x"))
		log.Info("b", "remote", from(1), "err", errors.New("x"))
		log.Info("a", "remote", &net.TCPAddr{IP: net.IPv6loopback, Port: 1}, "err", errors.New("x"))
		log.Info("a", "remote", from(1), "err", errors.New("y"))
		log.Info("a", "remote", from(1), "err", errors.New("x"), "device", 1)
		log.Info("a", "remote", from(1), "err", errors.New("x"), "device", 2)
		log.With("device", 3).Info("a", "remote", from(1), "err", errors.New("x"))
		log.WithGroup("g").Info("a", "remote", from(1), "err", errors.New("x"))
		log.Debug("d")
		log.Debug("d")
		assert.Equal(t, 11, strings.Count(text.String(), "\n"), text.String())
		handler.Close()
		assert.Equal(t, 11, strings.Count(text.String(), "\n"), "nothing was counted")
	})
}

func TestCountsAreLoggedAtClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, text, handler := repeating(t)
		for range 3 {
			log.With("remote", "127.0.0.1:1").Info("a")
		}
		handler.Close()
		log.Info("a")
		assert.Equal(t, "remote=127.0.0.1:1 msg=a\nremote=127.0.0.1:1 msg=a times=2 within=10s\nmsg=a\n",
			strings.ReplaceAll(text.String(), "msg=a remote=127.0.0.1:1", "remote=127.0.0.1:1 msg=a"))
	})
}
