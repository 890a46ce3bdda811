// Package presentation is what an iPhone does with the pushes it receives: notifications
// and their groups, badges, Live Activities, and pushes that show nothing.
//
//	var s presentation.Screen
//	shown := s.Take(presentation.Push{Topic: topic, Payload: payload, At: now})
//	s.Groups() // the notification center
//
// It reads payloads as Apple documents them. The caller receives the pushes and draws the
// screen.
//
// A device does not receive all headers of a push. The courier protocol carries neither
// the push type nor apns-collapse-id: topic and payload decide the type, and a
// notification replaces an earlier one only if both have the same identifier. Pushes that
// APNs itself collapses never arrive.
//
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
// https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications
package presentation
