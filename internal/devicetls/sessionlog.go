package devicetls

import (
	"context"
	"log/slog"
	"net"
)

// A sessionLog is the log, with the address of the device in each line. The
// address is put into words only for a line that is written: of a connection that
// is idle, nothing is kept for that.
type sessionLog struct {
	log  *slog.Logger
	conn net.Conn
}

func (l sessionLog) Debug(text string, args ...any) { l.write(slog.LevelDebug, text, args) }
func (l sessionLog) Info(text string, args ...any)  { l.write(slog.LevelInfo, text, args) }
func (l sessionLog) Warn(text string, args ...any)  { l.write(slog.LevelWarn, text, args) }

func (l sessionLog) write(level slog.Level, text string, args []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.With("remote", l.conn.RemoteAddr().String()).Log(context.Background(), level, text, args...)
	}
}
