package courier

import "encoding/binary"

const failureSize = 6 // code and count

// A Failure is an earlier failure of a device's connection, reported in Connect.
type Failure struct {
	Code  uint32 // absolute value of the error code
	Count uint16
}

// failures is a repeated pair of integers. A pair of another size is ignored.
func failures(f *fields, id uint8, name string, p *[]Failure) {
	if f.mode == modeRead {
		if v := f.item.Value; f.takes(id, name, formBytes) && len(v) == failureSize {
			*p = append(*p, Failure{binary.BigEndian.Uint32(v), binary.BigEndian.Uint16(v[4:])})
		}
		return
	}
	for _, failure := range *p {
		var v [failureSize]byte
		binary.BigEndian.PutUint32(v[:], failure.Code)
		binary.BigEndian.PutUint16(v[4:], failure.Count)
		f.putBytes(id, name, v[:])
	}
}
