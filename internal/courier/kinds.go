package courier

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

// optional is an integer that tells zero from absent.
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
	switch f.mode {
	case modeRead:
		if f.takes(id, name, formText) && len(f.item.Value) > 0 {
			*p = T(f.item.Value)
		}
	case modeWrite:
		if len(*p) > 0 {
			f.out = append(appendItemHead(f.out, id, len(*p)), *p...)
		}
	case modePrint:
		if len(*p) > 0 {
			f.out = printText(f.out, name, string(*p))
		}
	}
}

// bytes is binary data: tokens, hashes, certificates. Nil is absent.
func (f *fields) bytes(id uint8, name string, p *[]byte) {
	f.data(id, name, formBytes, p)
}

// data is what bytes and body have in common.
func (f *fields) data(id uint8, name string, form form, p *[]byte) {
	if f.mode == modeRead {
		if f.takes(id, name, form) {
			*p = f.item.Value
		}
		return
	}
	if *p != nil {
		f.putBytes(id, name, *p)
	}
}

// body is data that is often text, and then printed as such. Nil is absent.
func (f *fields) body(id uint8, name string, p *[]byte) {
	if f.mode != modePrint {
		f.data(id, name, formBody, p)
		return
	}
	if *p != nil {
		f.out = printBody(f.out, name, *p)
	}
}

// list is binary data in an item that repeats.
func (f *fields) list(id uint8, name string, p *[][]byte) {
	switch f.mode {
	case modeRead:
		if f.takes(id, name, formBytes) {
			*p = append(*p, f.item.Value)
		}
	case modeWrite:
		for _, value := range *p {
			f.putBytes(id, name, value)
		}
	case modePrint:
		if len(*p) > 0 {
			f.out = printList(f.out, name, *p)
		}
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
		f.putBytes(item.ID, itemName(f.mode, item.ID), item.Value)
	}
}
