package fault_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
)

func TestTheSourceOfAConnectionHasNoPort(t *testing.T) {
	for _, tt := range []struct {
		addr net.Addr
		want string
	}{
		{&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234}, "192.0.2.1"},
		{&net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 1234}, "2001:db8::1"},
		{&net.UnixAddr{Name: "/run/apns", Net: "unix"}, "/run/apns"},
	} {
		require.Equal(t, tt.want, fault.SourceOf(tt.addr))
	}
}
