package courier

// An ItemType is the type of a value in a packed frame. Plain frames have no types: all of
// their values are data.
type ItemType uint8

// The types, with the contents of Item.Value.
const (
	TypeData       ItemType = iota // the bytes
	TypeText                       // UTF-8
	TypeInteger                    // the magnitude, big-endian, without leading zeros
	TypeNegative                   // the magnitude of a negative integer, likewise
	TypeBool                       // one byte, 0 or 1
	TypeDictionary                 // a packed value that refers to no table
	TypeArray                      // the same
)

// nested reports whether values of the type are made of other values.
func (t ItemType) nested() bool { return t == TypeDictionary || t == TypeArray }
