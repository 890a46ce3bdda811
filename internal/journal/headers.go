package journal

// A Header is a field of a request.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// Headers are those of a request. Requests that have the same ones share them, and
// count them once. They must not be changed.
type Headers struct {
	Fields []Header

	uses int // how many records have them; guarded by the history
}

// headerBytes is what a field takes besides its text.
const headerBytes = 32

func (h *Headers) size() int {
	n := headerBytes
	for i := range h.Fields {
		n += headerBytes + len(h.Fields[i].Name) + len(h.Fields[i].Value)
	}
	return n
}

// use counts one more record, and returns how much memory that takes.
func (h *Headers) use() int {
	if h == nil {
		return 0
	}
	if h.uses++; h.uses > 1 {
		return 0
	}
	return h.size()
}

// leave counts one record less, and returns how much memory that frees.
func (h *Headers) leave() int {
	if h == nil {
		return 0
	}
	if h.uses--; h.uses > 0 {
		return 0
	}
	return h.size()
}
