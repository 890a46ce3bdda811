package courier

import (
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

// A form is how the value of a field is understood.
type form uint8

const (
	formBytes   form = iota // binary data
	formInteger             // big-endian, of the field's width
	formText                // UTF-8
	formBody                // data that is often text
)

// An Annotation is an item of a frame beside what it means.
type Annotation struct {
	Item
	// Name is that of the field in [Message.String]; "item" and the id if the message
	// has no field for it.
	Name string
	// Text is the whole value: a number, quoted text, or hex.
	Text string
	// Integer says that Text is a number.
	Integer bool
}

// Annotate gives the items of a frame that one side sent, in the order they came, each
// with its meaning. Those of a command that this side does not send have no names. The
// only error is an [*ItemOverrunError]; what stands before the overrun is given.
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

// annotate describes a value of which the frame itself tells the type.
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
