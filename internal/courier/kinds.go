package courier

import "strconv"

// The kinds of field a layout is made of. Each of them reads, writes and prints.

// integer is any unsigned integer of the protocol.
type integer interface {
	uint8 | uint16 | uint32 | uint64
}

// always is an integer that is written even when it is zero.
func always[T integer](f *fields, id uint8, name string, p *T) {
	if f.mode == modeRead {
		takeInteger(f, id, name, p)
		return
	}
	f.putInteger(id, name, width[T](), uint64(*p))
}

// nonzero is an integer that is left out when it is zero.
func nonzero[T integer](f *fields, id uint8, name string, p *T) {
	if f.mode == modeRead {
		takeInteger(f, id, name, p)
		return
	}
	if *p != 0 {
		f.putInteger(id, name, width[T](), uint64(*p))
	}
}

// plainOnly is nonzero for an integer that has no place in packed frames.
func plainOnly[T integer](f *fields, id uint8, name string, p *T) {
	if f.mode != modePack {
		nonzero(f, id, name, p)
	}
}

// optional is an integer for which zero and absent differ.
func optional[T integer](f *fields, id uint8, name string, p *Opt[T]) {
	if f.mode == modeRead {
		if takeInteger(f, id, name, &p.Value) {
			p.Set = true
		}
		return
	}
	if p.Set {
		f.putInteger(id, name, width[T](), uint64(p.Value))
	}
}

// text is UTF-8 without a terminator. Empty is absent.
func text[T string | []byte](f *fields, id uint8, name string, p *T) {
	switch {
	case f.mode == modeRead:
		takeText(f, id, name, p)
	case len(*p) == 0:
	case f.mode == modeWrite:
		f.out = append(appendItemHead(f.out, id, len(*p)), *p...)
	case f.mode == modePack:
		f.out = appendText(f.pack, f.out, id, *p)
	case f.mode == modePrint:
		f.out = printText(f.out, name, string(*p))
	}
}

// takeText places the item into *p when it belongs to the field id. A number in a
// packed frame is text, too: its decimal digits.
func takeText[T string | []byte](f *fields, id uint8, name string, p *T) {
	if !f.takes(id, name, formText) || len(f.item.Value) == 0 {
		return
	}
	switch f.item.Type {
	case TypeData, TypeText:
		*p = T(f.item.Value)
	case TypeInteger:
		v, _ := f.item.integer(8)
		*p = T(strconv.AppendUint(nil, v, 10))
	}
}

// recurringText is text that a connection carries again and again. Empty is absent.
func (f *fields) recurringText(id uint8, name string, p *[]byte) {
	if f.mode == modePack && len(*p) > 0 {
		f.out = f.pack.appendRecurring(f.out, id, packText, packTextBits, *p)
		return
	}
	text(f, id, name, p)
}

// bytes is binary data: hashes, certificates. Nil is absent.
func (f *fields) bytes(id uint8, name string, p *[]byte) {
	if f.mode == modeRead {
		f.takeBytes(id, name, formBytes, p)
		return
	}
	if *p != nil {
		f.putBytes(id, name, *p)
	}
}

// recurring is binary data that a connection carries again and again: tokens, topics.
// Nil is absent.
func (f *fields) recurring(id uint8, name string, p *[]byte) {
	if f.mode == modeRead {
		f.takeBytes(id, name, formBytes, p)
		return
	}
	if *p != nil {
		f.putRecurring(id, name, *p)
	}
}

// takeBytes places the item into *p when it belongs to the field id and is data. Text
// will do. It reports whether it has placed the item.
func (f *fields) takeBytes(id uint8, name string, form form, p *[]byte) bool {
	if !f.takes(id, name, form) || f.item.Type != TypeData && f.item.Type != TypeText {
		return false
	}
	*p = f.item.Value
	return true
}

// body is data that is often text, and then printed as such. Nil is absent. In packed
// frames it may be a dictionary.
func (f *fields) body(id uint8, name string, p *[]byte, typ *ItemType) {
	switch {
	case f.mode == modeRead:
		f.takeBody(id, name, p, typ)
	case *p == nil:
	case f.mode == modePrint && !typ.nested():
		f.out = printBody(f.out, name, *p)
	case f.mode == modePack && typ.nested():
		f.out = f.pack.appendNested(f.out, id, *p)
	default:
		f.putBytes(id, name, *p)
	}
}

func (f *fields) takeBody(id uint8, name string, p *[]byte, typ *ItemType) {
	switch {
	case f.item.ID != id:
	case f.item.Type.nested():
		f.takes(id, name, formBytes)
		*p, *typ = f.item.Value, f.item.Type
	case f.takeBytes(id, name, formBody, p):
		*typ = TypeData
	}
}

// list is binary data in an item that repeats.
func (f *fields) list(id uint8, name string, p *[][]byte) {
	switch f.mode {
	case modeRead:
		f.takeListed(id, name, p)
	case modeWrite, modePack:
		for _, value := range *p {
			f.putBytes(id, name, value)
		}
	case modePrint:
		if len(*p) > 0 {
			f.out = printList(f.out, name, *p)
		}
	}
}

func (f *fields) takeListed(id uint8, name string, p *[][]byte) {
	var value []byte
	if f.takeBytes(id, name, formBytes, &value) {
		*p = append(*p, value)
	}
}

// extra stands at the end of each layout: the items that no field has taken.
func (f *fields) extra(p *[]Item) {
	if f.mode == modeRead {
		if !f.taken {
			*p = append(*p, f.item)
		}
		return
	}
	for _, item := range *p {
		if f.mode == modePack {
			f.out = f.pack.appendItem(f.out, item)
			continue
		}
		f.putBytes(item.ID, itemName(f.mode, item.ID), item.Value)
	}
}
