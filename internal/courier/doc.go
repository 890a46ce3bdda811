// Package courier is the wire format spoken between a device's push daemon and
// an APNs courier on TCP port 5223: frames, items, one struct for every command
// in each direction, and the nonce with which a device proves who it is.
//
// A stream is a row of frames, a frame a row of items. Integers are big-endian.
//
//	frame   command:u8  length:u32  item*      length counts the bytes of the items
//	item    id:u8       size:u16    value      size counts the bytes of the value
//
// After apns-pack-v1 the same commands travel in packed frames: integers without a
// width, values with a type, and tables on both ends in which what comes again, a
// token or a topic, is a reference of two bytes.
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
// The package is exact in what it writes and relaxed in what it reads. Each
// integer leaves with the width of its field. An item of unknown id is kept in
// Extra and written again, an unknown command becomes an [Unknown], and an
// integer of another width is passed over, as Apple's daemon does.
//
// Each message lists its fields once, in its layout method. Reading, writing and
// printing all walk that list, and the walk alone knows the framing: what a field is,
// an integer of some width, a text, a token that comes again, decides how either
// framing has it.
//
// Channel messages carry protocol buffers: ChannelRequestBody, ChannelResponseBody,
// ChannelUpdateBody, and ChannelOrigin in a Notification. They stay bytes in the
// message; callers that need them parse them. Their unknown fields are kept, too.
//
// It leaves to others: sockets and TLS, who may connect, what a token means, and
// when something is sent.
//
// Apple has published no description of this protocol. Lines marked "observed:"
// name the client or capture that shows the behavior; apsd is Apple's own
// daemon as shipped in tvOS 18.2.1.
package courier
