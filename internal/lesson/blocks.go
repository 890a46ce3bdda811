package lesson

import "bytes"

// A blockWriter puts a block together, part after part.
type blockWriter struct{ Block }

// add appends bytes as a part.
func (w *blockWriter) add(value []byte, name, text, meaning string) {
	w.Parts = append(w.Parts, Part{At: len(w.Bytes), Size: len(value), Name: name, Value: text, Meaning: meaning})
	w.Bytes = append(w.Bytes, value...)
}

// within adds parts of the part that was added last, which begins with them.
func (w *blockWriter) within(parts []Part) {
	last := w.Parts[len(w.Parts)-1]
	for _, p := range parts {
		p.At += last.At
		p.Level += last.Level + 1
		w.Parts = append(w.Parts, p)
	}
}

// find gives the part of whole that value is, from a place on; size 0 if it is not there.
func find(whole, value []byte, from int) Part {
	at := bytes.Index(whole[from:], value)
	if at < 0 || len(value) == 0 {
		return Part{At: from}
	}
	return Part{At: from + at, Size: len(value)}
}

// longBlock is how many bytes a block may have before it is folded.
const longBlock = 200
