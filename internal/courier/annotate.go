package courier

import (
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

// A form is how the value of a field is interpreted.
type form uint8

const (
	formBytes   form = iota // binary data
	formInteger             // big-endian, of the field's width
	formText                // UTF-8
	formBody                // data that is often text
)

// An Annotation is an item of a frame with its meaning.
type Annotation struct {
	Item
	// Name is the name of the field in [Message.String], or "item" and the id if the message
	// has no such field.
	Name string
	// Text is the whole value: a number, quoted text, or hex.
	Text string
	// Integer says that Text is a number.
	Integer bool
}

// Annotate returns the items of a frame that one side sent, in order, each with its
// meaning. Items of a command that this side does not send have no names. The only error
// is an [*ItemOverrunError]; the items before the overrun are returned.
func Annotate(f Frame, from Direction) ([]Annotation, error) {
	info := byCommand[f.Command]
	empty := info.fromDevice
	if from == FromServer {
		empty = info.fromServer
	}
	var m described
	if empty != nil {
		m = empty().(described)
	}
	var all []Annotation
	walk := reading(f.Payload)
	walk.packed = f.Packed()
	for walk.next() {
		if m != nil {
			m.layout(&walk)
		}
		all = append(all, walk.annotation())
	}
	return all, walk.err
}

// annotation describes the item that was just placed.
func (f *fields) annotation() Annotation {
	a := Annotation{Item: f.item, Name: itemName(modePrint, f.item.ID), Text: hex.EncodeToString(f.item.Value)}
	if f.taken {
		a.Name = f.name
	}
	switch value := f.item.Value; {
	case f.item.Type != TypeData:
		f.item.annotate(&a)
	case !f.taken:
	case f.form == formInteger && len(value) <= 8:
		var v uint64
		for _, b := range value {
			v = v<<8 | uint64(b)
		}
		a.Text, a.Integer = strconv.FormatUint(v, 10), true
	case f.form == formText, f.form == formBody && utf8.Valid(value):
		a.Text = strconv.Quote(string(value))
	}
	return a
}

// annotate describes a value whose type is in the frame.
func (item *Item) annotate(a *Annotation) {
	switch v, _ := item.integer(8); item.Type {
	case TypeText:
		a.Text = strconv.Quote(string(item.Value))
	case TypeInteger:
		a.Text, a.Integer = strconv.FormatUint(v, 10), true
	case TypeNegative:
		a.Text, a.Integer = "-"+strconv.FormatUint(-v, 10), true
	case TypeBool:
		a.Text = strconv.FormatBool(v != 0)
	}
}
