package providerauth

import "iter"

// A tolerance is a set of rows of the table of tolerances.
type tolerance uint16

const (
	derSignature tolerance = 1 << iota
	standardAlphabet
	padding
	issuedAtString
	issuedAtFraction
	extraHeader
	extraClaims
	jsonSpace
)

// A Tolerance is a way of writing a provider token that Apple's page does not describe
// and APNs accepts.
type Tolerance struct {
	bit tolerance
	// Note is the text of the journal about such a token.
	Note string
	// Standard says that RFC 7515 and RFC 7519 allow it, so that it is valid in
	// strict mode too.
	Standard bool
	// Clients lists clients that write such tokens.
	Clients string
}

// tolerances is the one table of tolerances. The clients were read, or observed on the
// wire; all of them work with Apple's servers.
var tolerances = []Tolerance{
	{derSignature, "the signature is ASN.1 DER instead of the 64 bytes r‖s", false, "pushy, apnotic, CleverTap, a2, apns4erl, Apple's own openssl recipe"},
	{standardAlphabet, "base64 is in the standard alphabet (+ /) instead of base64url (- _)", false, "a2, CleverTap, dotAPNS, CorePush, apns4erl"},
	{padding, "base64 is padded with =", false, "a2, CleverTap, dotAPNS, CorePush"},
	{issuedAtString, "iat is a string instead of a number", false, "APNSwift, kalyke"},
	{issuedAtFraction, "iat is not a whole number", true, "PyAPNs2"},
	{extraHeader, "the header has members besides alg and kid, which APNs ignores", true, "APNSwift and many that add typ"},
	{extraClaims, "there are claims besides iss and iat, which APNs ignores", true, "APNSwift (kid), many that add exp"},
	{jsonSpace, "the JSON has white space", true, "APNSwift"},
}

// rows yields the rows of the table that are in t.
func (t tolerance) rows() iter.Seq[Tolerance] {
	return func(yield func(Tolerance) bool) {
		for _, row := range tolerances {
			if t&row.bit != 0 && !yield(row) {
				return
			}
		}
	}
}

// notes returns the notes of a token that needed t.
func (t tolerance) notes() []string {
	var notes []string
	for row := range t.rows() {
		notes = append(notes, row.Note)
	}
	return notes
}
