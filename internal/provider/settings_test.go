package provider

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
)

// observed: inaka/apns4erl#211, ostinelli/apnotic#68, in 2018; that the form was GOAWAY is inferred.
func TestAMalformedRequestMayEndTheConnection(t *testing.T) {
	w := newFixture(t)
	w.cfg.MalformedEnds = true
	c := w.dial()
	c.write(w.good().add(":method", "POST"))
	c.drain()
	require.Equal(t, []goAway{{http2.ErrCodeProtocol, 1, "Pseudo-header field ':method' found after regular header."}}, c.goAways)
}

func TestTheFirstSettingsAreSettings(t *testing.T) {
	w := newFixture(t)
	w.cfg.Settings = Settings{HeaderTableSize: 1024, InitialWindowSize: 70_000, MaxFrameSize: 20_000, MaxHeaderListSize: 9000}
	tc, err := w.handshake(w.serve(), &tls.Config{NextProtos: []string{"h2"}})
	require.NoError(t, err)
	f, err := http2.NewFramer(tc, tc).ReadFrame()
	require.NoError(t, err)
	var got []http2.Setting
	require.NoError(t, f.(*http2.SettingsFrame).ForeachSetting(func(s http2.Setting) error {
		got = append(got, s)
		return nil
	}))
	require.Equal(t, []http2.Setting{
		{ID: http2.SettingHeaderTableSize, Val: 1024},
		{ID: http2.SettingMaxConcurrentStreams, Val: 1},
		{ID: http2.SettingInitialWindowSize, Val: 70_000},
		{ID: http2.SettingMaxFrameSize, Val: 20_000},
		{ID: http2.SettingMaxHeaderListSize, Val: 9000},
	}, got)
}

// observed: Apple forum 54407, GOAWAY with code 7 and plain text.
func TestAnOverrunMayEndTheConnection(t *testing.T) {
	w := newFixture(t)
	w.cfg.OverrunEnds = true
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status)
	late := w.good()
	expired(w, late)
	c.write(late)
	c.write(w.good())
	c.drain()
	require.Equal(t, []goAway{{http2.ErrCodeRefusedStream, 3, "Maximum active streams violated for this endpoint"}}, c.goAways)
}
