package fault

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Reserved is a device token with a fixed outcome for every push with valid credentials,
// without any setup. No device has such a token.
type Reserved struct {
	// Name is a reason, or one of a few words.
	Name string
	// Token is the same in every simulator and every release.
	Token  apns.DeviceToken
	Action Action
	// Does says what happens, in one sentence.
	Does string
}

// reservedPrefix begins every reserved token. The probability that an issued token has the
// same prefix is 2^-128.
const reservedPrefix = "apns-sim:outcome"

// slowTime is how long the reserved token "slow" takes.
const slowTime = 5 * time.Second

// reserved is the one table of reserved tokens. The number of a row never changes: the
// status, then a count within it, as they look in hexadecimal.
var reserved = []struct {
	number uint32
	name   string
	action Action
	does   string
}{
	{0x0200_0001, "slow", Action{Do: Delay, Delay: &Latency{Fixed: Duration(slowTime)}}, "answered 200 after 5 seconds"},
	{0x0000_0001, "no-response", Action{Do: NoResponse}, "never answered; the stream stays open"},
	{0x0000_0002, "reset-stream", Action{Do: ResetStream, Code: "REFUSED_STREAM"}, "RST_STREAM with REFUSED_STREAM"},
	{0x0000_0003, "goaway", Action{Do: GoAway, LastStream: LastBefore}, "GOAWAY whose last stream is before this request, then the connection ends"},
	{0x0000_0004, "reset", Action{Do: ResetConnection}, "TCP reset"},
	{0x0000_0005, "silence", Action{Do: Mute}, "nothing more is sent on this connection, which stays open"},

	{0x0400_0001, string(apns.BadCollapseId), Action{}, ""},
	{0x0400_0002, string(apns.BadDeviceToken), Action{}, ""},
	{0x0400_0003, string(apns.BadExpirationDate), Action{}, ""},
	{0x0400_0004, string(apns.BadMessageId), Action{}, ""},
	{0x0400_0005, string(apns.BadPriority), Action{}, ""},
	{0x0400_0006, string(apns.BadTopic), Action{}, ""},
	{0x0400_0007, string(apns.DeviceTokenNotForTopic), Action{}, ""},
	{0x0400_0008, string(apns.DuplicateHeaders), Action{}, ""},
	{0x0400_0009, string(apns.IdleTimeout), Action{}, ""},
	{0x0400_0010, string(apns.InvalidPushType), Action{}, ""},
	{0x0400_0011, string(apns.MissingDeviceToken), Action{}, ""},
	{0x0400_0012, string(apns.MissingTopic), Action{}, ""},
	{0x0400_0013, string(apns.PayloadEmpty), Action{}, ""},
	{0x0400_0014, string(apns.TopicDisallowed), Action{}, ""},
	{0x0403_0001, string(apns.BadCertificate), Action{}, ""},
	{0x0403_0002, string(apns.BadCertificateEnvironment), Action{}, ""},
	{0x0403_0003, string(apns.ExpiredProviderToken), Action{}, ""},
	{0x0403_0004, string(apns.Forbidden), Action{}, ""},
	{0x0403_0005, string(apns.InvalidProviderToken), Action{}, ""},
	{0x0403_0006, string(apns.MissingProviderToken), Action{}, ""},
	{0x0403_0007, string(apns.UnrelatedKeyIdInToken), Action{}, ""},
	{0x0403_0008, string(apns.BadEnvironmentKeyIdInToken), Action{}, ""},
	{0x0403_0009, string(apns.BadEnvironmentKeyInToken), Action{}, ""},
	{0x0404_0001, string(apns.BadPath), Action{}, ""},
	{0x0405_0001, string(apns.MethodNotAllowed), Action{}, ""},
	{0x0410_0001, string(apns.Unregistered), Action{}, ""},
	{0x0410_0002, string(apns.ExpiredToken), Action{}, ""},
	{0x0413_0001, string(apns.PayloadTooLarge), Action{}, ""},
	{0x0429_0001, string(apns.TooManyProviderTokenUpdates), Action{}, ""},
	{0x0429_0002, string(apns.TooManyRequests), Action{}, ""},
	{0x0500_0001, string(apns.InternalServerError), Action{}, ""},
	{0x0503_0001, string(apns.ServiceUnavailable), Action{}, ""},
	{0x0503_0002, string(apns.Shutdown), Action{}, ""},
}

var reservedTokens, reservedByToken = func() (all []Reserved, byToken map[apns.DeviceToken]*Reserved) {
	for _, row := range reserved {
		r := Reserved{Name: row.name, Token: reservedToken(row.number), Action: row.action, Does: row.does}
		if r.Action.Do == "" {
			r.Action, r.Does = Action{Do: Respond, Reason: apns.Reason(row.name)}, "answered with this reason"
		}
		all = append(all, r)
	}
	byToken = make(map[apns.DeviceToken]*Reserved, len(all))
	for i := range all {
		byToken[all[i].Token] = &all[i]
	}
	return all, byToken
}()

// reservedToken makes the 32 bytes of a reserved token: the prefix, zeros, and the
// number.
func reservedToken(number uint32) apns.DeviceToken {
	b := append([]byte(reservedPrefix), make([]byte, 12)...)
	return apns.DeviceToken(binary.BigEndian.AppendUint32(b, number))
}

// ReservedTokens returns the table of reserved tokens.
func ReservedTokens() []Reserved { return slices.Clone(reservedTokens) }

// LookupReserved returns what a device token is reserved for, nil if it is an
// ordinary one. The row must not be changed.
func LookupReserved(token []byte) *Reserved {
	if len(token) != 32 || string(token[:len(reservedPrefix)]) != reservedPrefix {
		return nil
	}
	return reservedByToken[apns.DeviceToken(token)]
}

// Hit returns the outcome as a hit.
func (r *Reserved) Hit() Hit {
	hit := Hit{Rule: "reserved token " + r.Name, Action: &r.Action, Number: 1}
	if r.Action.Delay != nil {
		hit.Delay = time.Duration(r.Action.Delay.Fixed)
	}
	return hit
}

// FindReserved returns the reserved token of a name. The error names the nearest
// one.
func FindReserved(name string) (*Reserved, error) {
	var names []string
	for i := range reservedTokens {
		if reservedTokens[i].Name == name {
			return &reservedTokens[i], nil
		}
		names = append(names, reservedTokens[i].Name)
	}
	return nil, unknownValue("outcome", name, names)
}
