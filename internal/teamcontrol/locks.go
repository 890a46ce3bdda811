package teamcontrol

import (
	"context"
	"errors"
	"sync"
)

// errTeamDeleted cancels what is being created for a team that is deleted.
var errTeamDeleted = errors.New("the team is being deleted")

// Locks serialize what is done to one team: creating, resetting and deleting a team
// excludes everything else; keys, apps and devices are created for it concurrently.
type Locks struct {
	mu    sync.Mutex           // taken under the lock of a team, nothing under it: docs/lock-order.md
	teams map[string]*teamLock // of those in use
}

// A teamLock is the lock of one team, taken before all others: docs/lock-order.md.
type teamLock struct {
	sync.RWMutex
	users int // guarded by the mu of Locks

	ctx  context.Context // of what is being created for the team; ends when the team is to be deleted. Guarded by the mu of Locks
	stop context.CancelCauseFunc
}

// enter returns the lock of a team.
func (t *Locks) enter(team string) *teamLock {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.teams == nil {
		t.teams = make(map[string]*teamLock)
	}
	one := t.teams[team]
	if one == nil {
		one = new(teamLock)
		one.ctx, one.stop = context.WithCancelCause(context.Background())
		t.teams[team] = one
	}
	one.users++
	return one
}

func (t *Locks) leave(team string, one *teamLock) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one.users--
	if one.users == 0 {
		one.stop(nil)
		delete(t.teams, team)
	}
}

// Lock waits until no other operation on a team runs, and excludes new ones. The caller
// calls leave.
func (t *Locks) Lock(team string) (leave func()) {
	one := t.enter(team)
	one.Lock()
	return func() {
		one.Unlock()
		t.leave(team, one)
	}
}

// LockForDeletion is Lock, and cancels what is being created for the team.
func (t *Locks) LockForDeletion(team string) (leave func()) {
	one := t.enter(team)
	t.mu.Lock()
	one.stop(errTeamDeleted)
	t.mu.Unlock()
	one.Lock()
	t.mu.Lock()
	one.ctx, one.stop = context.WithCancelCause(context.Background())
	t.mu.Unlock()
	return func() {
		one.Unlock()
		t.leave(team, one)
	}
}

// RLockContext waits until a team is not being created, reset or deleted, and keeps it so
// until leave. The context ends with ctx and when the team is to be deleted.
func (t *Locks) RLockContext(ctx context.Context, team string) (_ context.Context, leave func()) {
	one := t.enter(team)
	one.RLock()
	t.mu.Lock()
	ends := one.ctx
	t.mu.Unlock()
	ctx, cancel := context.WithCancelCause(ctx)
	unhook := context.AfterFunc(ends, func() { cancel(context.Cause(ends)) })
	return ctx, func() {
		unhook()
		cancel(nil)
		one.RUnlock()
		t.leave(team, one)
	}
}

// RLock is RLockContext for operations that do not block.
func (t *Locks) RLock(team string) (leave func()) {
	_, leave = t.RLockContext(context.Background(), team)
	return leave
}
