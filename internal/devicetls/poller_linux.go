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
	// edge asks to be told of everything that comes, once.
	edge = uint32(syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLET&math.MaxUint32)
	// roomy asks to be told when there is room again for a write that had none.
	roomy = edge | syscall.EPOLLOUT
	// hangups tell that nothing comes after what is there.
	hangups = uint32(syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR)
	// eventsAtOnce is how many connections the kernel tells of at a time.
	eventsAtOnce = 128
	// lateness is by how much a deadline may be missed, so that many of them are
	// looked at together.
	lateness = 100 * time.Millisecond
	// rowSize is how many seats are made at a time.
	rowSize = 256
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

	mu    sync.Mutex
	rows  []*[rowSize]seat
	empty []*seat
}

// A seat is the place of a session in a poller.
type seat struct {
	poller *poller
	number int32
	by     atomic.Int64 // when to wake the session, in time since the poller began; 0 is never

	// Guarded by mu of the poller. The turn tells the sessions apart that have had
	// the seat: word of an earlier one may come late.
	turn    int32
	session *session
	line    *tcpLine
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

// take gives a session a seat.
func (p *poller) take(l *tcpLine, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.empty) == 0 {
		p.addRowLocked()
	}
	seat := p.empty[len(p.empty)-1]
	p.empty = p.empty[:len(p.empty)-1]
	seat.session, seat.line = s, l
	l.seat, l.turn, l.deadline = seat, seat.turn, s.deadline
}

// watch has the session attended to when something comes, or when its deadline has
// passed.
func (p *poller) watch(l *tcpLine, deadline time.Time) error {
	l.seat.wakeBy(deadline)
	return p.controlOf(l.conn.Load(), syscall.EPOLL_CTL_ADD, l.event(edge))
}

// move watches the socket under another descriptor instead, under which it stays when
// its connection is closed.
func (s *seat) move(l *tcpLine, from *net.TCPConn, fd int) error {
	if err := s.poller.controlOf(from, syscall.EPOLL_CTL_DEL, nil); err != nil {
		return err
	}
	return os.NewSyscallError("epoll_ctl", s.poller.control(syscall.EPOLL_CTL_ADD, fd, l.event(roomy)))
}

func (l *tcpLine) event(of uint32) *syscall.EpollEvent {
	return &syscall.EpollEvent{Events: of, Fd: l.seat.number, Pad: l.turn}
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

func (p *poller) addRowLocked() {
	row := new([rowSize]seat)
	for i := range row {
		row[i].poller, row[i].number = p, int32(len(p.rows)*rowSize+i)
		p.empty = append(p.empty, &row[i])
	}
	p.rows = append(p.rows, row)
}

// leave empties the seat. The kernel forgets the connection when it is closed.
func (s *seat) leave() {
	s.poller.mu.Lock()
	defer s.poller.mu.Unlock()
	s.by.Store(0)
	s.turn++
	s.session, s.line = nil, nil
	s.poller.empty = append(s.poller.empty, s)
}

// wakeBy has the session attended to at a time, if nothing comes before. An earlier
// one that was asked for is forgotten.
func (s *seat) wakeBy(t time.Time) {
	by := s.poller.sinceBegan(t)
	s.by.Store(by)
	if by < s.poller.earliest.Load() {
		s.poller.hurry(by)
	}
}

// sinceBegan is how times are kept: short, and never 0.
func (p *poller) sinceBegan(t time.Time) int64 { return max(1, int64(t.Sub(p.began))) }

func (p *poller) timeOf(since int64) time.Time { return p.began.Add(time.Duration(since)) }

// hurry sees to it that the poller looks at the deadlines in time.
func (p *poller) hurry(by int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if by < p.earliest.Load() {
		p.setAlarmLocked(by)
	}
}

func (p *poller) setAlarmLocked(by int64) {
	p.earliest.Store(by)
	alarm := time.Time{}
	if by < math.MaxInt64 {
		alarm = p.began.Add(time.Duration(by) + lateness)
	}
	_ = p.epoll.SetReadDeadline(alarm) // it fails only once the poller is closed
}

// run tells sessions what has come until the poller is closed.
func (p *poller) run() {
	var events [eventsAtOnce]syscall.EpollEvent
	var jobs []job
	for {
		count, err := p.await(events[:])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			jobs = p.late(jobs[:0])
		case err != nil:
			return
		default:
			jobs = p.told(jobs[:0], events[:count])
		}
		if len(jobs) > 0 {
			jobs[0].For.workers.Add(jobs...)
			clear(jobs)
		}
	}
}

// await waits for something to come. It fails at the alarm, and once the poller is
// closed.
func (p *poller) await(events []syscall.EpollEvent) (count int, err error) {
	closed := p.raw.Read(func(epoll uintptr) bool {
		count, err = syscall.EpollWait(int(epoll), events, 0)
		return count > 0 || err != nil && !errors.Is(err, syscall.EINTR)
	})
	return count, errors.Join(closed, os.NewSyscallError("epoll_wait", err))
}

// told appends to jobs what is to be done for those of whom the kernel tells.
func (p *poller) told(jobs []job, events []syscall.EpollEvent) []job {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		e := &events[i]
		seat := &p.rows[e.Fd/rowSize][e.Fd%rowSize]
		if seat.session == nil || seat.turn != e.Pad {
			continue
		}
		if e.Events&(syscall.EPOLLOUT|hangups) != 0 {
			seat.line.change()
		}
		if e.Events == syscall.EPOLLOUT {
			continue
		}
		if e.Events&hangups != 0 {
			seat.line.hangup.Store(true)
		}
		if seat.session.reading.Want() {
			jobs = append(jobs, job{For: seat.session, Do: (*session).attend})
		}
	}
	return jobs
}

// late appends to jobs what is to be done for those whose time is up, and sets the
// alarm for the others.
func (p *poller) late(jobs []job) []job {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.earliest.Store(math.MaxInt64) // whoever asks for an earlier time from now on waits for us
	now, next := int64(time.Since(p.began)), int64(math.MaxInt64)
	for _, row := range p.rows {
		for i := range row {
			seat := &row[i]
			switch by := seat.by.Load(); {
			case by == 0 || seat.session == nil:
			case by > now:
				next = min(next, by)
			case seat.session.reading.Want():
				jobs = append(jobs, job{For: seat.session, Do: (*session).attend})
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
