package courier

// Keepalive is a device's ping. Third-party clients send it empty. Its texts are
// bytes so that reading one allocates nothing.
//
// observed: apsd
type Keepalive struct {
	Carrier          []byte // CarrierWiFi, or MCC and MNC
	OSVersion        []byte
	OSBuild          []byte
	Hardware         []byte
	Interval         []byte // present one, decimal minutes
	Delay            []byte // wanted for the response, decimal seconds; version 2 only
	ServerStatistics uint16 // 1: uses them
	State            Opt[uint8]
	SubState         Opt[uint8]
	Extra            []Item
}

// Command implements [Message].
func (m *Keepalive) Command() Command { return CmdKeepalive }

// Append implements [Message]. It allocates only to grow dst.
func (m *Keepalive) Append(dst []byte) []byte {
	f := writing(dst, CmdKeepalive)
	m.layout(&f)
	return f.frame()
}

// Parse implements [Message]. It allocates only for unknown items.
func (m *Keepalive) Parse(payload []byte) error {
	*m = Keepalive{}
	f := reading(payload)
	for f.next() {
		m.layout(&f)
	}
	return f.err
}

// String implements [Message].
func (m *Keepalive) String() string { return describe(m) }

func (m *Keepalive) layout(f *fields) {
	f.recurringText(1, "carrier", &m.Carrier)
	f.recurringText(2, "osVersion", &m.OSVersion)
	f.recurringText(3, "osBuild", &m.OSBuild)
	f.recurringText(4, "hardware", &m.Hardware)
	f.recurringText(5, "interval", &m.Interval)
	f.recurringText(6, "delay", &m.Delay)
	nonzero(f, 8, "serverStatistics", &m.ServerStatistics)
	optional(f, 9, "state", &m.State)
	optional(f, 10, "subState", &m.SubState)
	f.extra(&m.Extra)
}
