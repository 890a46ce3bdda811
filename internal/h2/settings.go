package h2

import (
	"fmt"

	"golang.org/x/net/http2"
)

// settings are the current parameters of both sides.
type settings struct {
	// The peer's, as of its last SETTINGS frame.
	peerWindow   int64  // octets a new stream may carry to the peer
	peerMaxFrame uint32 // octets of payload

	// Ours.
	limit       uint32 // concurrent streams
	overrunEnds bool   // see Config.OverrunEnds
	sent        int    // SETTINGS frames sent
	acked       int    // and acknowledged
	loweredAt   int    // the SETTINGS frame of LowerMaxConcurrentStreams; 0 = none
}

func newSettings(limit uint32) settings {
	return settings{peerWindow: DefaultWindow, peerMaxFrame: MinMaxFrameSize, limit: limit, sent: 1}
}

// streamRecvWindow returns what the peer may send on a new stream. Until it has
// acknowledged our size it may use the default.
func (s *settings) streamRecvWindow(size uint32) int64 {
	if s.acked == 0 {
		size = max(size, DefaultWindow)
	}
	return int64(size)
}

// firstSettingsLocked queues the server's SETTINGS, with INITIAL_WINDOW_SIZE if window
// is true. Only an OpeningGoAway may be queued before it.
func (c *Conn) firstSettingsLocked(window bool) {
	first := []http2.Setting{
		{ID: http2.SettingHeaderTableSize, Val: c.cfg.HeaderTableSize},
		{ID: http2.SettingMaxConcurrentStreams, Val: c.settings.limit},
	}
	if window {
		first = append(first, http2.Setting{ID: http2.SettingInitialWindowSize, Val: c.cfg.InitialWindowSize})
	}
	c.checkLocked(c.fr.WriteSettings(append(first,
		http2.Setting{ID: http2.SettingMaxFrameSize, Val: c.cfg.MaxFrameSize},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: c.cfg.MaxHeaderListSize},
	)...))
}

// onSettings applies the peer's settings and acknowledges them.
func (c *Conn) onSettings(f *http2.SettingsFrame) error {
	if err := c.countOverhead(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.IsAck() {
		c.settings.acked++
		return nil
	}
	windows := windowChange{-1, -1}
	if err := f.ForeachSetting(func(s http2.Setting) error { return c.settingLocked(s, &windows) }); err != nil {
		return err
	}
	wider := windows.last > c.settings.peerWindow
	if err := c.changeWindowsLocked(windows); err != nil {
		return err
	}
	c.checkLocked(c.fr.WriteSettingsAck())
	if wider {
		c.resumeAllLocked()
	}
	return nil
}

// settingLocked applies one setting; INITIAL_WINDOW_SIZE is added to windows.
func (c *Conn) settingLocked(s http2.Setting, windows *windowChange) error {
	if err := s.Valid(); err != nil {
		code := http2.ErrCodeProtocol
		if s.ID == http2.SettingInitialWindowSize {
			code = http2.ErrCodeFlowControl
		}
		return connError(code, fmt.Sprintf("bad value in SETTINGS: %v", s))
	}
	switch s.ID {
	case http2.SettingHeaderTableSize:
		c.enc.setTableSize(s.Val)
	case http2.SettingInitialWindowSize:
		windows.add(int64(s.Val))
	case http2.SettingMaxFrameSize:
		c.settings.peerMaxFrame = s.Val
	}
	// "An endpoint that receives a SETTINGS frame with any unknown or unsupported
	// identifier MUST ignore that setting."
	// https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2
	return nil
}
