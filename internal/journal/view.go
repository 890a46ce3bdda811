package journal

import (
	"sort"
	"sync"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// A View is an event for readers. Its subject, decoded payload and text are computed once
// for all of them.
type View struct {
	Event
	subject filters.Subject

	mu       sync.Mutex
	document filters.Document
	text     []byte
}

// Subject is what filter words are compared with. It must not be changed.
func (v *View) Subject() *filters.Subject { return &v.subject }

// Match reports whether the event matches.
func (v *View) Match(f *filters.Filter) bool {
	if !f.LooksInside() {
		return f.Match(&v.subject)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return f.MatchDocument(&v.subject, &v.document)
}

// Text returns the result of the first successful call of write.
func (v *View) Text(write func(*View) ([]byte, error)) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.text == nil {
		text, err := write(v)
		if err != nil {
			return nil, err
		}
		v.text = text
	}
	return v.text, nil
}

// Views is a page of events.
type Views struct {
	// Events in order.
	Events []*View
	// Next is the cursor for the following page.
	Next uint64
	// Missed is as in [Page].
	Missed bool

	from, lost uint64
}

const (
	viewsPerPage = 512
	maxPages     = 32
)

// pages caches the newest pages that readers requested.
type pages struct {
	mu     sync.Mutex // taken before those of tracks and shards: docs/lock-order.md
	latest []*Views   // newest first
}

// Views returns events after the cursor, as [Journal.Read] does. Readers at similar
// cursors share a page; a reader that missed events continues at the newest cached page.
func (j *Journal) Views(cursor uint64) Views {
	if j == nil {
		return Views{Next: cursor}
	}
	j.pages.mu.Lock()
	defer j.pages.mu.Unlock()
	for _, page := range j.pages.latest {
		if page.from <= cursor && cursor < page.Next {
			return page.after(cursor)
		}
	}
	if latest := j.pages.latest; len(latest) > 0 && latest[0].from >= cursor && j.lostTo() > cursor {
		return Views{Events: latest[0].Events, Next: latest[0].Next, Missed: true}
	}
	page := j.viewsAfter(cursor)
	if page.Next > cursor {
		j.pages.latest = append([]*Views{page}, j.pages.latest[:min(len(j.pages.latest), maxPages-1)]...)
	}
	return *page
}

// lostTo returns the highest evicted event number.
func (j *Journal) lostTo() (seq uint64) {
	for i := range j.shards {
		s := &j.shards[i]
		s.mu.Lock()
		seq = max(seq, s.evicted)
		s.mu.Unlock()
	}
	return seq
}

func (v *Views) after(cursor uint64) Views {
	at := sort.Search(len(v.Events), func(i int) bool { return v.Events[i].Seq > cursor })
	return Views{Events: v.Events[at:], Next: v.Next, Missed: v.lost > cursor}
}

func (j *Journal) viewsAfter(cursor uint64) *Views {
	read := j.Read(cursor, viewsPerPage)
	page := &Views{Events: make([]*View, len(read.Events)), Next: read.Next, Missed: read.Missed, from: cursor, lost: read.lost}
	views := make([]View, len(read.Events))
	for i := range views {
		v := &views[i]
		v.Event = read.Events[i]
		v.subject = v.Event.Subject()
		page.Events[i] = v
	}
	return page
}

func (p *pages) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest = nil
}
