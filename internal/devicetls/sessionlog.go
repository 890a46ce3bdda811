package devicetls

import (
	"context"
	"log/slog"
	"net"
)

// A sessionLog logs with the address of the device in each line. It formats the address
// only for lines that are written, so that an idle connection keeps no string.
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
