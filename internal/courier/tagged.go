package courier

// A tagged integer of width w shares its first byte with a tag. The low w bits hold
// the value if it is below 2^w−1; otherwise they are all ones, and the rest follows in
// base 128, the low digits first.
//
// observed: apsd, rustpush

// taggedMax is how many bytes may follow the first one: enough for 32 bits.
const taggedMax = 5

// appendTagged appends v with width w behind the bits of tag.
func appendTagged(dst []byte, tag byte, w, v int) []byte {
	ones := 1<<w - 1
	if v < ones {
		return append(dst, tag|byte(v))
	}
	dst = append(dst, tag|byte(ones))
	for v -= ones; v >= 0x80; v >>= 7 {
		dst = append(dst, byte(v)|0x80)
	}
	return append(dst, byte(v))
}

// taggedRest is the number of bytes that v has behind the first one.
func taggedRest(w, v int) int {
	ones := 1<<w - 1
	if v < ones {
		return 0
	}
	n := 1
	for v -= ones; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}

// readTagged reads the integer whose first byte is b[0]. n is how many bytes it has;
// 0 if b ends before it does, -1 if it is longer than any that is in use.
func readTagged(b []byte, w int) (v uint64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	ones := byte(1<<w - 1)
	v = uint64(b[0] & ones)
	if b[0]&ones != ones {
		return v, 1
	}
	for i := range taggedMax {
		if len(b) == i+1 {
			return 0, 0
		}
		digit := b[i+1]
		v += uint64(digit&0x7f) << (7 * i)
		if digit < 0x80 {
			return v, i + 2
		}
	}
	return 0, -1
}
