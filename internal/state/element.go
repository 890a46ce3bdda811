package state

// A Kind says what an element is about. It names its list in a [Document] and its entries in
// a store.
type Kind string

// The kinds, in the order in which a document has them.
const (
	Spaces       Kind = "spaces"
	Teams        Kind = "teams"
	Keys         Kind = "keys"
	Apps         Kind = "apps"
	Certificates Kind = "certificates"
	Devices      Kind = "devices"
	Members      Kind = "members"
	Revocations  Kind = "revocations"
	LowPowers    Kind = "lowPower"
	Retirements  Kind = "retirements"
	TokenUpdates Kind = "tokenUpdates"
	Channels     Kind = "channels"
	Faults       Kind = "faults"
	Inboxes      Kind = "inboxes"
	Pushes       Kind = "pushes"
	Files        Kind = "files"
)

// An Element is one value that outlives the process. Elements of a kind differ in their
// keys.
type Element interface {
	Kind() Kind
	Key() string
}
