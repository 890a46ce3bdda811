package netconn_test

import (
	"context"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/netconn"
)

// A failing listener fails with one error after the other, the last one for ever.
type failing struct {
	net.Listener
	errs []error
}

func (l *failing) Accept() (net.Conn, error) {
	err := l.errs[0]
	if len(l.errs) > 1 {
		l.errs = l.errs[1:]
	}
	return nil, err
}

func TestOnlyTemporaryErrorsAreRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, failures := time.Now(), []error{}
		failed := func(err error) { failures = append(failures, err) }
		_, err := netconn.Accept(t.Context(), &failing{errs: []error{syscall.EMFILE, &net.OpError{Op: "accept", Err: syscall.ENFILE}, syscall.ECONNABORTED, syscall.EINVAL}}, failed)
		assert.ErrorIs(t, err, syscall.EINVAL, "the listener is broken")
		assert.Len(t, failures, 3)
		assert.Equal(t, (5+10+20)*time.Millisecond, time.Since(begun), "with a growing pause")

		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err = netconn.Accept(ctx, &failing{errs: []error{syscall.EMFILE}}, func(error) {})
		assert.ErrorIs(t, err, syscall.EMFILE)
		assert.ErrorIs(t, ctx.Err(), context.DeadlineExceeded)
	})
}
