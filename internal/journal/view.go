package journal

import (
	"sort"
	"sync"

	"github.com/apns-sim/apns-sim/internal/match"
)

// A View is an event as all readers see it: what they compare it with, its payload
// and its text are made once.
type View struct {
	Event
	subject match.Subject

	mu       sync.Mutex
	document match.Document
	text     []byte
}

// Subject is what filter words are compared with. It must not be changed.
func (v *View) Subject() *match.Subject { return &v.subject }

// Match reports whether the event matches.
func (v *View) Match(f *match.Filter) bool {
	if !f.LooksInside() {
		return f.Match(&v.subject)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return f.MatchDocument(&v.subject, &v.document)
}

// Text returns what the first call of write has made of the event.
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

// Views is a page of views.
type Views struct {
	// Events in order.
	Events []*View
	// Next is the cursor for what follows.
	Next uint64
	// Missed is as in [Page].
	Missed bool

	from, lost uint64
}

const (
	viewsPerPage = 4096
	maxPages     = 8
)

// pages are the latest pages that readers have asked for.
type pages struct {
	mu     sync.Mutex
	latest []*Views // the newest first
}

// Views returns events after the cursor, as [Journal.Read] does. Readers that are
// about as far get the same page.
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
	page := j.viewsAfter(cursor)
	if page.Next > cursor {
		j.pages.latest = append([]*Views{page}, j.pages.latest[:min(len(j.pages.latest), maxPages-1)]...)
	}
	return *page
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
