// Package presentation is what a phone does with the pushes it gets: the notifications it
// shows and groups, the badges of its apps, its Live Activities, and what never shows.
//
//	var s screen.Screen
//	shown := s.Take(screen.Push{Topic: topic, Payload: payload, At: now})
//	s.Groups() // the notification center
//
// It knows payloads, as far as Apple describes them, and the clock it is told. It
// leaves to others how a push came and how a screen is drawn.
//
// A device does not learn everything a provider says. Neither the push type nor
// apns-collapse-id is on the wire: the type is what topic and payload say, and a
// notification takes the place of an earlier one only where both came with the same
// identifier. What APNs itself collapses, never comes.
//
// Sources: "Generating a remote notification"; "Starting and updating Live Activities
// with ActivityKit push notifications".
package presentation
