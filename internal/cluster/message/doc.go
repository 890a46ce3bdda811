// Package message is the binary form of what the nodes of a cluster send to each other.
//
// Integers are big-endian; lengths and counts are uvarints in their shortest form.
//
//	header    a9  version:u8  kind:u8  flags:u8  number:u64
//
//	pushes    count  push*                         kind 1
//	results   count  result*                       kind 2
//	transfer  count  push*                         kind 3
//	revision  revision:u64                         kind 7
//	claimed   flags:u8  user:u8  device:8  revision:u64   kind 8
//
//	push      flags:u8  user:u8  device:8  topic hash:20  stamp:u64  deadline:i64
//	          expiration:i64  priority:u8  and each as length and bytes: apns-id,
//	          apns-unique-id, team, token, topic, push type, collapse ID, payload
//	result    index  code:u8  and for code 1: reason, detail, each as length and bytes;
//	          for code 2: node:8
//
// The usual conversations:
//
//	node of the provider            owner
//	  | Pushes                      → |
//	  | ← Results                     |
//
//	new owner                       former owner
//	  | Claimed                     → |
//	  | ← Transfer                    |
//	  | Results                     → |
//	  | ← Revision                    |
//
// The package is strict in both directions: what [Parse] takes, [Append] writes again byte
// for byte. It does not know who sends a message, to whom, and what follows from it.
//
// Kinds 4 to 6 are for the groups and the fence of a log, and for broadcasts. They are not
// built yet.
package message
