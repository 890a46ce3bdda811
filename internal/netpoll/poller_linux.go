package netpoll

import (
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// readEvents reports everything that arrives, once (edge-triggered).
	readEvents = uint32(syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLET&math.MaxUint32)
	// allEvents also reports when the socket is writable again.
	allEvents = readEvents | syscall.EPOLLOUT
	// hangupEvents report that the peer sends nothing more.
	hangupEvents = uint32(syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR)
	// maxEvents is the number of events that one epoll_wait returns.
	maxEvents = 128
	// alarmSlack is by how much a deadline may be missed, so that one scan serves many.
	alarmSlack = 100 * time.Millisecond
	// blockSize is the number of slots that are allocated together.
	blockSize = 256
)

// A Poller notifies the owners of connections when there is something to read, and when
// their deadline has passed. It has one goroutine, whatever the number of connections.
//
// The goroutine waits for an epoll descriptor, which the Go runtime's own poller waits
// for, so that it blocks no thread. See epoll(7).
type Poller[T any] struct {
	ready   func([]T)
	epoll   *os.File
	raw     syscall.RawConn // of epoll
	began   time.Time
	running sync.WaitGroup

	earliest atomic.Int64 // no deadline is before this, in nanoseconds since began

	mu     sync.Mutex // nothing is locked under it: docs/lock-order.md
	blocks []*[blockSize]slot[T]
	free   []*slot[T]
}

// A slot is the place of a connection in a poller.
type slot[T any] struct {
	poller *Poller[T]
	number int32
	wakeAt atomic.Int64 // when to notify the owner, in nanoseconds since the poller began; 0 is never

	// Guarded by mu of the poller. The generation counts the connections that have had
	// the slot: an event of an earlier one may still be on its way.
	generation int32
	conn       *TCPConn[T] // nil if the slot is free
	owner      T
}

// NewPoller starts a poller, which calls ready from its goroutine with the owners of
// connections that are readable or whose deadline has passed. ready must not wait or keep
// the slice. An owner may be named once more after its connection was reattached.
func NewPoller[T any](ready func([]T)) (*Poller[T], error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("netpoll: create an epoll: %w", os.NewSyscallError("epoll_create1", err))
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(fmt.Errorf("netpoll: create an epoll: %w", err), syscall.Close(fd))
	}
	p := &Poller[T]{ready: ready, epoll: os.NewFile(uintptr(fd), "epoll"), began: time.Now()}
	p.earliest.Store(math.MaxInt64)
	if p.raw, err = p.epoll.SyscallConn(); err != nil {
		return nil, errors.Join(fmt.Errorf("netpoll: create an epoll: %w", err), p.epoll.Close())
	}
	if err := p.epoll.SetReadDeadline(time.Time{}); err != nil { // it would block a thread otherwise
		return nil, errors.Join(fmt.Errorf("netpoll: create an epoll: %w", err), p.epoll.Close())
	}
	p.running.Go(p.run)
	return p, nil
}

// Register gives the connection a slot with its owner, and a first deadline. It must be
// called before the owner can call Reattach.
func (c *TCPConn[T]) Register(owner T, deadline time.Time) {
	p := c.poller
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		p.addBlockLocked()
	}
	slot := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	slot.owner, slot.conn = owner, c
	c.slot, c.generation, c.deadline = slot, slot.generation, deadline
}

// Watch starts notifying the owner.
func (c *TCPConn[T]) Watch() error {
	c.slot.setWakeAt(c.deadline)
	return c.poller.controlOf(c.conn.Load(), syscall.EPOLL_CTL_ADD, c.event(readEvents))
}

// replace watches the socket under another descriptor, under which it stays open when its
// net.TCPConn is closed.
func (s *slot[T]) replace(c *TCPConn[T], from *net.TCPConn, fd int) error {
	if err := s.poller.controlOf(from, syscall.EPOLL_CTL_DEL, nil); err != nil {
		return err
	}
	return os.NewSyscallError("epoll_ctl", s.poller.control(syscall.EPOLL_CTL_ADD, fd, c.event(allEvents)))
}

func (c *TCPConn[T]) event(of uint32) *syscall.EpollEvent {
	return &syscall.EpollEvent{Events: of, Fd: c.slot.number, Pad: c.generation}
}

// controlOf is control for a connection.
func (p *Poller[T]) controlOf(conn *net.TCPConn, op int, event *syscall.EpollEvent) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = raw.Control(func(fd uintptr) { failure = os.NewSyscallError("epoll_ctl", p.control(op, int(fd), event)) })
	return errors.Join(err, failure)
}

func (p *Poller[T]) control(op, fd int, event *syscall.EpollEvent) (err error) {
	controlErr := p.raw.Control(func(epoll uintptr) { err = syscall.EpollCtl(int(epoll), op, fd, event) })
	return errors.Join(controlErr, err)
}

func (p *Poller[T]) addBlockLocked() {
	block := new([blockSize]slot[T])
	for i := range block {
		block[i].poller, block[i].number = p, int32(len(p.blocks)*blockSize+i)
		p.free = append(p.free, &block[i])
	}
	p.blocks = append(p.blocks, block)
}

// release frees the slot. The kernel forgets the socket when it is closed.
func (s *slot[T]) release() {
	var none T
	s.poller.mu.Lock()
	defer s.poller.mu.Unlock()
	s.wakeAt.Store(0)
	s.generation++
	s.owner, s.conn = none, nil
	s.poller.free = append(s.poller.free, s)
}

// setWakeAt has the owner notified at t, unless something arrives earlier. It replaces
// the time set before.
func (s *slot[T]) setWakeAt(t time.Time) {
	wakeAt := s.poller.sinceBegan(t)
	s.wakeAt.Store(wakeAt)
	if wakeAt < s.poller.earliest.Load() {
		s.poller.moveAlarm(wakeAt)
	}
}

// sinceBegan is how a slot keeps a time: eight bytes, and never 0.
func (p *Poller[T]) sinceBegan(t time.Time) int64 { return max(1, int64(t.Sub(p.began))) }

func (p *Poller[T]) timeOf(since int64) time.Time { return p.began.Add(time.Duration(since)) }

// moveAlarm has the poller scan the deadlines earlier than planned.
func (p *Poller[T]) moveAlarm(wakeAt int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wakeAt < p.earliest.Load() {
		p.setAlarmLocked(wakeAt)
	}
}

func (p *Poller[T]) setAlarmLocked(wakeAt int64) {
	p.earliest.Store(wakeAt)
	alarm := time.Time{}
	if wakeAt < math.MaxInt64 {
		alarm = p.began.Add(time.Duration(wakeAt) + alarmSlack)
	}
	_ = p.epoll.SetReadDeadline(alarm) // it fails only once the poller is closed
}

// run notifies owners until the poller is closed.
func (p *Poller[T]) run() {
	var events [maxEvents]syscall.EpollEvent
	var owners []T
	for {
		count, err := p.wait(events[:])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			owners = p.expired(owners[:0])
		case err != nil:
			return
		default:
			owners = p.readable(owners[:0], events[:count])
		}
		if len(owners) > 0 {
			p.ready(owners)
			clear(owners)
		}
	}
}

// wait waits for events. It fails at the alarm, and once the poller is closed.
func (p *Poller[T]) wait(events []syscall.EpollEvent) (count int, err error) {
	closed := p.raw.Read(func(epoll uintptr) bool {
		count, err = syscall.EpollWait(int(epoll), events, 0)
		return count > 0 || err != nil && !errors.Is(err, syscall.EINTR)
	})
	return count, errors.Join(closed, os.NewSyscallError("epoll_wait", err))
}

// readable appends the owners of connections that events say are readable, and wakes
// their writes that wait.
func (p *Poller[T]) readable(owners []T, events []syscall.EpollEvent) []T {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		e := &events[i]
		slot := &p.blocks[e.Fd/blockSize][e.Fd%blockSize]
		if slot.conn == nil || slot.generation != e.Pad {
			continue
		}
		if e.Events&(syscall.EPOLLOUT|hangupEvents) != 0 {
			slot.conn.notifyWriter()
		}
		if e.Events == syscall.EPOLLOUT {
			continue
		}
		if e.Events&hangupEvents != 0 {
			slot.conn.hangup.Store(true)
		}
		owners = append(owners, slot.owner)
	}
	return owners
}

// expired appends the owners whose deadline has passed, and sets the alarm for the next
// deadline.
func (p *Poller[T]) expired(owners []T) []T {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.earliest.Store(math.MaxInt64) // setWakeAt with an earlier time now waits for mu
	now, next := int64(time.Since(p.began)), int64(math.MaxInt64)
	for _, block := range p.blocks {
		for i := range block {
			slot := &block[i]
			switch at := slot.wakeAt.Load(); {
			case at == 0 || slot.conn == nil:
			case at > now:
				next = min(next, at)
			default:
				owners = append(owners, slot.owner)
			}
		}
	}
	p.setAlarmLocked(next)
	return owners
}

// Close stops the goroutine of the poller. No connection may be registered.
func (p *Poller[T]) Close() error {
	err := p.epoll.Close()
	p.running.Wait()
	if err != nil {
		return fmt.Errorf("netpoll: close the epoll: %w", err)
	}
	return nil
}
