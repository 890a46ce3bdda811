// Package device is an emulated device: the push daemon of a phone, without the
// phone. It logs in at a courier with a device certificate, gets and keeps its
// encrypted tokens, says which apps are installed, receives and acknowledges
// notifications, and comes back when the connection is lost.
//
//	d, err := device.New(device.Config{
//		Identity: identity, RootCAs: roots, Dial: dial,
//		Topics:   []string{"com.example.app"},
//	})
//	go d.Run(ctx)
//	token, err := d.Token(ctx, "com.example.app") // what the app hands to its provider
//	n, err := d.Next(ctx)                         // the next notification
//
// Many devices can share a few goroutines in place of their own: see [Config.Workers].
//
// It knows what a device knows: the courier protocol and its own tokens, which it
// cannot read. It speaks to APNs as any device would, over a connection, and
// shares no code with the courier beyond the wire format.
//
// It leaves to others: where the device certificate comes from ([Config.Identity],
// [Config.Renew]), what is kept across runs, and what an app does with a
// notification.
//
// Sources marked "observed:" name the client that shows the behavior; apsd is
// Apple's own daemon.
package device
