package journal

import (
	"sort"
	"sync"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// A SharedEvent is an event for readers. Its subject, decoded payload and text are computed once
// for all of them.
type SharedEvent struct {
	Event
	attributes filters.Attributes

	mu       sync.Mutex
	document filters.Document
	text     []byte
}

// Attributes is what filter words are compared with. It must not be changed.
func (v *SharedEvent) Attributes() *filters.Attributes { return &v.attributes }

// Match reports whether the event matches.
func (v *SharedEvent) Match(f *filters.Filter) bool {
	if !f.ReadsPayload() {
		return f.Match(&v.attributes)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return f.MatchDocument(&v.attributes, &v.document)
}

// Text returns the result of the first successful call of write.
func (v *SharedEvent) Text(write func(*SharedEvent) ([]byte, error)) ([]byte, error) {
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

// A SharedPage is a page of events.
type SharedPage struct {
	// Events in order.
	Events []*SharedEvent
	// Next is the cursor for the following page.
	Next uint64
	// Missed is as in [Page].
	Missed bool

	from, evicted uint64
}

const (
	eventsPerPage = 512
	maxPages      = 32
)

// pages caches the newest pages that readers requested.
type pages struct {
	mu     sync.Mutex    // taken before those of traces and shards: docs/lock-order.md
	latest []*SharedPage // newest first
}

// ReadShared returns events after the cursor, as [Journal.Read] does. Readers at similar
// cursors share a page; a reader that missed events continues at the newest cached page.
func (j *Journal) ReadShared(cursor uint64) SharedPage {
	if j == nil {
		return SharedPage{Next: cursor}
	}
	j.pages.mu.Lock()
	defer j.pages.mu.Unlock()
	for _, page := range j.pages.latest {
		if page.from <= cursor && cursor < page.Next {
			return page.after(cursor)
		}
	}
	if latest := j.pages.latest; len(latest) > 0 && latest[0].from >= cursor && j.evictedTo() > cursor {
		return SharedPage{Events: latest[0].Events, Next: latest[0].Next, Missed: true}
	}
	page := j.sharedAfter(cursor)
	if page.Next > cursor {
		j.pages.latest = append([]*SharedPage{page}, j.pages.latest[:min(len(j.pages.latest), maxPages-1)]...)
	}
	return *page
}

// evictedTo returns the highest evicted event number.
func (j *Journal) evictedTo() (seq uint64) {
	for i := range j.shards {
		s := &j.shards[i]
		s.mu.Lock()
		seq = max(seq, s.evicted)
		s.mu.Unlock()
	}
	return seq
}

func (v *SharedPage) after(cursor uint64) SharedPage {
	at := sort.Search(len(v.Events), func(i int) bool { return v.Events[i].Seq > cursor })
	return SharedPage{Events: v.Events[at:], Next: v.Next, Missed: v.evicted > cursor}
}

func (j *Journal) sharedAfter(cursor uint64) *SharedPage {
	read := j.Read(cursor, eventsPerPage)
	page := &SharedPage{Events: make([]*SharedEvent, len(read.Events)), Next: read.Next, Missed: read.Missed, from: cursor, evicted: read.evicted}
	views := make([]SharedEvent, len(read.Events))
	for i := range views {
		v := &views[i]
		v.Event = read.Events[i]
		v.attributes = v.Event.Attributes()
		page.Events[i] = v
	}
	return page
}

func (p *pages) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest = nil
}
