// Package apns holds the words of the Apple Push Notification service: what a
// provider writes into a request, what a device is addressed by, and how a
// refusal reads.
//
// It knows names, tables and limits. It leaves to others who may use them:
// credentials, tokens and delivery live in internal packages. Everything here
// is a value; nothing starts a goroutine, opens a socket or looks at a clock.
//
// Each protocol list exists once, as a table: [Reasons], [PushTypes],
// [Headers]. Code, documentation and tests read these tables.
package apns
