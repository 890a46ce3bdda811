package courier

// An AppIDForm is how a packed frame encodes the id of an app, which is two bytes in a
// plain frame. The form that Apple's daemon uses is unknown, so a response has the form of
// its request.
type AppIDForm uint8

// The forms of an app id.
const (
	AppIDInteger  AppIDForm = iota
	AppIDNegative           // an integer of 16 bits with its sign
	AppIDData
)

const appIDSize = 2

// appID is two bytes that packed frames hold as an integer. Nil is absent.
func appID(f *fields, id uint8, name string, p *[]byte, form *AppIDForm) {
	switch {
	case f.mode == modeRead:
		takeAppID(f, id, name, p, form)
	case *p == nil:
	case f.mode == modePack && len(*p) == appIDSize && *form != AppIDData:
		packAppID(f, id, uint16((*p)[0])<<8|uint16((*p)[1]), *form)
	default:
		f.putBytes(id, name, *p)
	}
}

func packAppID(f *fields, id uint8, v uint16, form AppIDForm) {
	tag, magnitude := byte(packInteger), uint64(v)
	if form == AppIDNegative {
		tag, magnitude = packNegative, uint64(-v)
	}
	f.out = appendPackInteger(f.pack.appendHead(f.out, 0, shortKey(id)), tag, magnitude)
}

func takeAppID(f *fields, id uint8, name string, p *[]byte, form *AppIDForm) {
	if f.item.Type != TypeInteger && f.item.Type != TypeNegative {
		if f.takeBytes(id, name, formBytes, p) && f.packed {
			*form = AppIDData
		}
		return
	}
	var v uint16
	if !takeInteger(f, id, name, &v) {
		return
	}
	*p, *form = []byte{byte(v >> 8), byte(v)}, AppIDInteger
	if f.item.Type == TypeNegative {
		*form = AppIDNegative
	}
}
