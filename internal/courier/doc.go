// Package courier is the wire format between a device's push daemon and an APNs courier
// on TCP port 5223: frames, items, one struct for every command in each direction, and the
// nonce with which a device proves its identity.
//
// A stream is a sequence of frames, a frame a sequence of items. Integers are big-endian.
//
//	frame   command:u8  length:u32  item*      length counts the bytes of the items
//	item    id:u8       size:u16    value      size counts the bytes of the value
//
// With apns-pack-v1 the same commands are sent in packed frames: integers have no width,
// values have a type, and both ends keep tables, so that a token or topic that is sent again
// is a reference of two bytes.
//
//	frame      command:u8  length:tagged(8)  attribute*
//	attribute  head  key  value
//
// A [Packer] and a [PackReader] hold the tables of one direction of one connection.
//
// The usual conversation:
//
//	device                                  courier
//	  | Connect  token, certificate, nonce  → |
//	  | ← ConnectResponse  status, token      |
//	  | Filter  topics wanted               → |
//	  | ← Notification…  or NoStorage         |
//	  | Ack  one per notification           → |
//	  | TokenRequest  one per app           → |
//	  | ← TokenResponse                       |
//	  | Keepalive                           → |
//	  | ← KeepaliveResponse                   |
//
// The package is strict in what it writes and tolerant in what it reads. Each integer is
// written with the width of its field. An item of unknown id is kept in Extra and written
// again, an unknown command becomes an [Unknown], and an integer of another width is
// ignored, as Apple's daemon does.
//
// Each message lists its fields once, in its layout method. Reading, writing and printing
// walk that list. Only the walk knows the framing: the kind of a field (an integer of some
// width, a text, a recurring token) decides how each framing encodes it.
//
// Channel messages carry protocol buffers: ChannelRequestBody, ChannelResponseBody,
// ChannelUpdateBody, and ChannelOrigin in a Notification. They stay bytes in the
// message; callers that need them parse them. Their unknown fields are kept, too.
//
// The package does not know sockets and TLS, which devices may connect, what a token means
// or when something is sent.
//
// Apple has published no description of this protocol. Lines marked "observed:"
// name the client or capture that shows the behavior; apsd is Apple's own
// daemon as shipped in tvOS 18.2.1.
package courier
