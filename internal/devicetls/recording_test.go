package devicetls_test

import (
	"bytes"
	"encoding/hex"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// linesOf puts recorded frames into a line each: who has sent which command.
func linesOf(t *testing.T, frames []devicetls.RecordedFrame) (lines []string) {
	t.Helper()
	for _, r := range frames {
		if r.EndReason != "" {
			lines = append(lines, "end: "+string(r.EndReason))
			continue
		}
		f, err := courier.NewReader(bytes.NewReader(r.Frame), courier.ReaderOptions{}).Next()
		require.NoError(t, err)
		lines = append(lines, r.From.String()+": "+f.Command.String())
	}
	return lines
}

func TestTheFramesOfADeviceAreRecordedInBothDirections(t *testing.T) {
	for _, st := range []style{v3, v2, pack} {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				identity := w.identity(nil)
				recording := devicetls.NewRecording()
				stop := w.server.Record(pki.DeviceID(identity.Certificate), recording)
				p := w.dial(identity, st)
				p.connect(nil)
				p.filter()
				w.push(p.address(), `{"aps":{"alert":"recorded"}}`)
				n := p.next().(*courier.Notification)
				assert.Equal(t, `{"aps":{"alert":"recorded"}}`, string(n.Payload))
				p.ack(n, 0)
				synctest.Wait()
				<-recording.Added()
				frames, missed := recording.Take()
				assert.Zero(t, missed)
				const from, to = "device → server: ", "server → device: "
				assert.Equal(t, []string{from + "connect", to + "connect response", from + "filter", to + "no storage", to + "notification", from + "ack"}, linesOf(t, frames))
				assert.Contains(t, string(frames[4].Frame), `{"aps":{"alert":"recorded"}}`, "in the plain framing, also if it was packed")
				assert.NotEmpty(t, frames[0].Remote)

				assert.NoError(t, p.conn.Close())
				synctest.Wait()
				frames, _ = recording.Take()
				assert.Equal(t, []string{"end: closed"}, linesOf(t, frames))

				stop()
				again := w.dial(identity, st)
				again.connect(nil)
				frames, _ = recording.Take()
				assert.Empty(t, frames, "after its stop")
			})
		})
	}
}

func TestOnlyTheDeviceThatIsWatchedIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		watched, other := w.login(w.identity(nil)), w.login(w.identity(nil))
		first, second := devicetls.NewRecording(), devicetls.NewRecording()
		stop := w.server.Record(watched.address().Device, first)
		defer w.server.Record(watched.address().Device, second)()
		other.send(&courier.Keepalive{})
		watched.send(&courier.Keepalive{})
		synctest.Wait()
		const line = "device → server: keepalive"
		for _, recording := range []*devicetls.Recording{first, second} {
			frames, _ := recording.Take()
			require.NotEmpty(t, frames, "a session that was open already is recorded")
			assert.Equal(t, line, linesOf(t, frames)[0])
			assert.Len(t, frames, 2, "the keepalive and its response")
		}
		stop()
		watched.send(&courier.Keepalive{})
		synctest.Wait()
		frames, _ := first.Take()
		assert.Empty(t, frames)
		frames, _ = second.Take()
		assert.Len(t, frames, 2, "another recording goes on")
	})
}

func TestARecordingThatNobodyTakesKeepsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		recording := devicetls.NewRecording()
		defer w.server.Record(p.address().Device, recording)()
		for range 600 { // 1,200 frames
			p.send(&courier.Keepalive{})
			p.next()
		}
		synctest.Wait()
		frames, missed := recording.Take()
		assert.Len(t, frames, 1000)
		assert.Equal(t, 200, missed)
		frames, missed = recording.Take()
		assert.Empty(t, frames)
		assert.Zero(t, missed)
	})
}

func TestAConnectionTellsItsTLSAndItsCertificate(t *testing.T) {
	for _, st := range []style{v3, v2, pack} {
		t.Run(st.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				p := w.dial(w.identity(nil), st)
				p.connect(nil)
				list := w.server.Connections()
				require.Len(t, list, 1)
				state := p.conn.ConnectionState()
				assert.Equal(t, devicetls.TLS{Version: state.Version, CipherSuite: state.CipherSuite, Protocol: st.want, ServerName: "courier.push.apple.com"}, list[0].TLS)
				certificate := p.identity.Certificate
				assert.Equal(t, hex.EncodeToString(certificate.SerialNumber.Bytes()), list[0].Certificate.Serial)
				assert.Equal(t, certificate.Issuer.CommonName, list[0].Certificate.Issuer)
				assert.Equal(t, st.inTLS, list[0].Certificate.InTLS)
				assert.WithinDuration(t, certificate.NotAfter, list[0].Certificate.NotAfter, time.Second)
			})
		})
	}
}
