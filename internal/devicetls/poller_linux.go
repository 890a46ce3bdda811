package devicetls

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
	// readEvents asks to be told of everything that comes, once.
	readEvents = uint32(syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLET&math.MaxUint32)
	// allEvents asks to be told when there is room again for a write that had none.
	allEvents = readEvents | syscall.EPOLLOUT
	// hangupEvents tell that nothing comes after what is there.
	hangupEvents = uint32(syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR)
	// maxEvents is how many connections the kernel tells of at a time.
	maxEvents = 128
	// alarmSlack is by how much a deadline may be missed, so that many of them are
	// looked at together.
	alarmSlack = 100 * time.Millisecond
	// blockSize is how many seats are made at a time.
	blockSize = 256
)

// A poller tells sessions when something has come from their devices, and when
// their time is up. It has one goroutine, whatever the number of sessions.
//
// The goroutine waits for the kernel's epoll, which itself is waited for by the
// network poller of Go, so that no thread is held up.
type poller struct {
	epoll   *os.File
	raw     syscall.RawConn // of epoll
	began   time.Time
	running sync.WaitGroup

	earliest atomic.Int64 // no deadline is before, in time since began

	mu     sync.Mutex
	blocks []*[blockSize]slot
	free   []*slot
}

// A slot is the place of a session in a poller.
type slot struct {
	poller *poller
	number int32
	wakeAt atomic.Int64 // when to wake the session, in time since the poller began; 0 is never

	// Guarded by mu of the poller. The turn tells the sessions apart that have had
	// the seat: word of an earlier one may come late.
	generation int32
	session    *session
	conn       *tcpConn
}

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("devicetls: make an epoll: %w", os.NewSyscallError("epoll_create1", err))
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(fmt.Errorf("devicetls: make an epoll: %w", err), syscall.Close(fd))
	}
	p := &poller{epoll: os.NewFile(uintptr(fd), "epoll"), began: time.Now()}
	p.earliest.Store(math.MaxInt64)
	if p.raw, err = p.epoll.SyscallConn(); err != nil {
		return nil, errors.Join(fmt.Errorf("devicetls: make an epoll: %w", err), p.epoll.Close())
	}
	if err := p.epoll.SetReadDeadline(time.Time{}); err != nil { // it would block a thread
		return nil, errors.Join(fmt.Errorf("devicetls: make an epoll: %w", err), p.epoll.Close())
	}
	p.running.Go(p.run)
	return p, nil
}

// register gives a session a seat.
func (p *poller) register(l *tcpConn, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		p.addBlockLocked()
	}
	slot := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	slot.session, slot.conn = s, l
	l.slot, l.generation, l.deadline = slot, slot.generation, s.deadline
}

// add has the session attended to when something comes, or when its deadline has
// passed.
func (p *poller) add(l *tcpConn, deadline time.Time) error {
	l.slot.setWakeAt(deadline)
	return p.controlOf(l.conn.Load(), syscall.EPOLL_CTL_ADD, l.event(readEvents))
}

// replace watches the socket under another descriptor instead, under which it stays when
// its connection is closed.
func (s *slot) replace(l *tcpConn, from *net.TCPConn, fd int) error {
	if err := s.poller.controlOf(from, syscall.EPOLL_CTL_DEL, nil); err != nil {
		return err
	}
	return os.NewSyscallError("epoll_ctl", s.poller.control(syscall.EPOLL_CTL_ADD, fd, l.event(allEvents)))
}

func (l *tcpConn) event(of uint32) *syscall.EpollEvent {
	return &syscall.EpollEvent{Events: of, Fd: l.slot.number, Pad: l.generation}
}

// controlOf is control for a connection.
func (p *poller) controlOf(conn *net.TCPConn, op int, event *syscall.EpollEvent) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = raw.Control(func(fd uintptr) { failure = os.NewSyscallError("epoll_ctl", p.control(op, int(fd), event)) })
	return errors.Join(err, failure)
}

func (p *poller) control(op, fd int, event *syscall.EpollEvent) (err error) {
	controlErr := p.raw.Control(func(epoll uintptr) { err = syscall.EpollCtl(int(epoll), op, fd, event) })
	return errors.Join(controlErr, err)
}

func (p *poller) addBlockLocked() {
	block := new([blockSize]slot)
	for i := range block {
		block[i].poller, block[i].number = p, int32(len(p.blocks)*blockSize+i)
		p.free = append(p.free, &block[i])
	}
	p.blocks = append(p.blocks, block)
}

// release empties the seat. The kernel forgets the connection when it is closed.
func (s *slot) release() {
	s.poller.mu.Lock()
	defer s.poller.mu.Unlock()
	s.wakeAt.Store(0)
	s.generation++
	s.session, s.conn = nil, nil
	s.poller.free = append(s.poller.free, s)
}

// setWakeAt has the session attended to at a time, if nothing comes before. An earlier
// one that was asked for is forgotten.
func (s *slot) setWakeAt(t time.Time) {
	wakeAt := s.poller.sinceBegan(t)
	s.wakeAt.Store(wakeAt)
	if wakeAt < s.poller.earliest.Load() {
		s.poller.moveAlarm(wakeAt)
	}
}

// sinceBegan is how times are kept: short, and never 0.
func (p *poller) sinceBegan(t time.Time) int64 { return max(1, int64(t.Sub(p.began))) }

func (p *poller) timeOf(since int64) time.Time { return p.began.Add(time.Duration(since)) }

// moveAlarm sees to it that the poller looks at the deadlines in time.
func (p *poller) moveAlarm(wakeAt int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wakeAt < p.earliest.Load() {
		p.setAlarmLocked(wakeAt)
	}
}

func (p *poller) setAlarmLocked(wakeAt int64) {
	p.earliest.Store(wakeAt)
	alarm := time.Time{}
	if wakeAt < math.MaxInt64 {
		alarm = p.began.Add(time.Duration(wakeAt) + alarmSlack)
	}
	_ = p.epoll.SetReadDeadline(alarm) // it fails only once the poller is closed
}

// run tells sessions what has come until the poller is closed.
func (p *poller) run() {
	var events [maxEvents]syscall.EpollEvent
	var jobs []job
	for {
		count, err := p.wait(events[:])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			jobs = p.expiredJobs(jobs[:0])
		case err != nil:
			return
		default:
			jobs = p.readyJobs(jobs[:0], events[:count])
		}
		if len(jobs) > 0 {
			jobs[0].For.workers.Add(jobs...)
			clear(jobs)
		}
	}
}

// wait waits for something to come. It fails at the alarm, and once the poller is
// closed.
func (p *poller) wait(events []syscall.EpollEvent) (count int, err error) {
	closed := p.raw.Read(func(epoll uintptr) bool {
		count, err = syscall.EpollWait(int(epoll), events, 0)
		return count > 0 || err != nil && !errors.Is(err, syscall.EINTR)
	})
	return count, errors.Join(closed, os.NewSyscallError("epoll_wait", err))
}

// readyJobs appends to jobs what is to be done for those of whom the kernel tells.
func (p *poller) readyJobs(jobs []job, events []syscall.EpollEvent) []job {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		e := &events[i]
		slot := &p.blocks[e.Fd/blockSize][e.Fd%blockSize]
		if slot.session == nil || slot.generation != e.Pad {
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
		if slot.session.reading.Request() {
			jobs = append(jobs, job{For: slot.session, Do: (*session).serveReady})
		}
	}
	return jobs
}

// expiredJobs appends to jobs what is to be done for those whose time is up, and sets the
// alarm for the others.
func (p *poller) expiredJobs(jobs []job) []job {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.earliest.Store(math.MaxInt64) // whoever asks for an earlier time from now on waits for us
	now, next := int64(time.Since(p.began)), int64(math.MaxInt64)
	for _, block := range p.blocks {
		for i := range block {
			slot := &block[i]
			switch wakeAt := slot.wakeAt.Load(); {
			case wakeAt == 0 || slot.session == nil:
			case wakeAt > now:
				next = min(next, wakeAt)
			case slot.session.reading.Request():
				jobs = append(jobs, job{For: slot.session, Do: (*session).serveReady})
			}
		}
	}
	p.setAlarmLocked(next)
	return jobs
}

// close ends the goroutine of the poller.
func (p *poller) close() error {
	err := p.epoll.Close()
	p.running.Wait()
	if err != nil {
		return fmt.Errorf("devicetls: close an epoll: %w", err)
	}
	return nil
}
