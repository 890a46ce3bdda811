package courier

import "encoding/binary"

// The kinds of entry in a protocol buffer. Each of them reads and writes.

// always is an integer that is written even when it is zero, so that readers with
// and without a notion of presence understand the same.
func (p *proto) always(number int, v *uint64) {
	if !p.writing {
		if p.takes(number, protoVarint) {
			*v = p.field.varint
		}
		return
	}
	p.putTag(number, protoVarint)
	p.out = binary.AppendUvarint(p.out, *v)
}

// nonzero is an integer that is left out when it is zero.
func (p *proto) nonzero(number int, v *uint64) {
	if !p.writing || *v != 0 {
		p.always(number, v)
	}
}

// bytes is binary data. Nil is absent.
func (p *proto) bytes(number int, v *[]byte) {
	if !p.writing {
		if p.takes(number, protoBytes) {
			*v = p.in[p.field.value:p.at:p.at]
		}
		return
	}
	if *v != nil {
		p.putTag(number, protoBytes)
		p.out = append(binary.AppendUvarint(p.out, uint64(len(*v))), *v...)
	}
}

// text is a string. Empty is absent.
func (p *proto) text(number int, v *string) {
	if !p.writing {
		if p.takes(number, protoBytes) {
			*v = string(p.in[p.field.value:p.at])
		}
		return
	}
	if *v != "" {
		p.putTag(number, protoBytes)
		p.out = append(binary.AppendUvarint(p.out, uint64(len(*v))), *v...)
	}
}

// nested is a message that may be there once. Nil is absent; what comes twice is
// merged.
// https://protobuf.dev/programming-guides/encoding/#last-one-wins
func nested[T any, M interface {
	*T
	protoBody
}](p *proto, number int, v *M) {
	if p.writing {
		if *v != nil {
			p.putNested(number, *v)
		}
		return
	}
	if p.takes(number, protoBytes) {
		if *v == nil {
			*v = new(T)
		}
		p.readNested(*v)
	}
}

// repeated is a list of messages.
func repeated[T any, M interface {
	*T
	protoBody
}](p *proto, number int, list *[]T) {
	if p.writing {
		for i := range *list {
			p.putNested(number, M(&(*list)[i]))
		}
		return
	}
	if p.takes(number, protoBytes) {
		var m T
		p.readNested(M(&m))
		*list = append(*list, m)
	}
}

// unknown stands at the end of each layout: the fields that no entry has taken, as
// they came.
func (p *proto) unknown(v *[]byte) {
	if p.writing {
		p.out = append(p.out, *v...)
		return
	}
	if !p.taken {
		*v = append(*v, p.in[p.field.start:p.at]...)
	}
}
