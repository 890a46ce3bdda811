package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/store"
)

// pushColumns are the columns of pushes, in the order of writePush and readPush.
var pushColumns = []string{
	"seq", "environment", "device", "user", "topic_hash", "base", "deadline", "stamp",
	"apns_id", "apns_unique_id", "team", "token", "topic", "push_type", "priority", "expiration", "collapse_id", "payload",
}

// writePush inserts a record.
func (f *file) writePush(r *store.Record) error {
	n := r.Push
	return f.insertPush.exec(
		int64(r.Seq), r.To.Environment.String(), r.To.Device[:], int64(r.To.User), r.Topic[:], r.Base, r.Deadline, int64(r.Stamp),
		n.ID, n.UniqueID, n.TeamID, blob(n.Token), n.Topic, string(n.PushType), int64(n.Priority), int64(n.Expiration), n.CollapseID, blob(n.Payload),
	)
}

// blob returns bytes that are no NULL. Bytes are not copied: SQLite does that.
func blob[T ~[]byte | ~string](bytes T) []byte {
	if len(bytes) == 0 {
		return []byte{}
	}
	return []byte(bytes)
}

// A rowReader takes the values of a row one after the other, and keeps the first error.
type rowReader struct {
	row []driver.Value
	err error
}

func next[T driver.Value](r *rowReader) (v T) {
	v, ok := r.row[0].(T)
	if !ok && r.err == nil {
		r.err = fmt.Errorf("a value is %T, not %T", r.row[0], v)
	}
	r.row = r.row[1:]
	return v
}

// array copies the next value to dst, whose length it has to have.
func (r *rowReader) array(dst []byte) {
	if v := next[[]byte](r); copy(dst, v) != len(dst) && r.err == nil {
		r.err = fmt.Errorf("a value has %d bytes, not %d", len(v), len(dst))
	}
}

// readPush makes a record of a row.
func readPush(row []driver.Value) (store.Record, error) {
	in := &rowReader{row: row}
	n := new(apns.Notification)
	r := store.Record{Push: n}
	r.Seq = uint64(next[int64](in))
	environment := next[string](in)
	in.array(r.To.Device[:])
	r.To.User = uint8(next[int64](in))
	in.array(r.Topic[:])
	r.Base = next[int64](in) != 0
	r.Deadline, r.Stamp = next[int64](in), uint64(next[int64](in))
	n.ID, n.UniqueID, n.TeamID, n.Token = next[string](in), next[string](in), next[string](in), apns.DeviceToken(next[[]byte](in))
	n.Topic, n.PushType, n.Priority = next[string](in), apns.PushType(next[string](in)), apns.Priority(next[int64](in))
	n.Expiration, n.CollapseID, n.Payload = apns.Expiration(next[int64](in)), next[string](in), next[[]byte](in)
	if in.err != nil {
		return r, in.err
	}
	var err error
	r.To.Environment, err = apns.ParseEnvironment(environment)
	n.Environment = r.To.Environment
	return r, err
}

// Load returns all records, in the order of their numbers.
func (f *file) Load() (list []store.Record, err error) {
	all, err := f.statement("SELECT " + strings.Join(pushColumns, ", ") + " FROM pushes ORDER BY seq")
	if err != nil {
		return nil, err
	}
	err = all.each(func(row []driver.Value) error {
		r, err := readPush(row)
		if err != nil {
			return fmt.Errorf("push %d in the table pushes: %w", r.Seq, err)
		}
		list = append(list, r)
		return nil
	})
	return list, closing(all, err)
}

// loadEntries returns the entries of a kind, ordered by key.
func (f *file) loadEntries(kind string) (list []store.Entry, err error) {
	of, err := f.statement("SELECT key, value FROM entries WHERE kind = ? ORDER BY key")
	if err != nil {
		return nil, err
	}
	err = of.each(func(row []driver.Value) error {
		in := &rowReader{row: row}
		list = append(list, store.Entry{Key: next[string](in), Value: blob(next[[]byte](in))})
		return in.err
	}, kind)
	return list, closing(of, err)
}

// loadHighWater returns the highest numbers.
func (f *file) loadHighWater() (highWater store.HighWater, err error) {
	row, err := f.statement("SELECT seq, stamp FROM marks")
	if err != nil {
		return highWater, err
	}
	err = row.each(func(row []driver.Value) error {
		in := &rowReader{row: row}
		highWater.Raise(uint64(next[int64](in)), uint64(next[int64](in)))
		return in.err
	})
	return highWater, closing(row, err)
}
