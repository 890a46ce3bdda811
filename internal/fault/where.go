package fault

import (
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// A Where says to whom a rule applies: to everybody that fits all of what is set.
type Where struct {
	Door        Door              `json:"door,omitempty" doc:"provider, channels or device"`
	Environment *apns.Environment `json:"environment,omitempty" doc:"production or sandbox"`
	Connection  uint64            `json:"connection,omitempty" doc:"number of a connection, as /v1/connections tells it"`
	Source      string            `json:"source,omitempty" doc:"the peer's address, without a port"`
	Team        string            `json:"team,omitempty" doc:"team that the provider has proven to be"`
	Topic       string            `json:"topic,omitempty" doc:"apns-topic"`
	Token       apns.DeviceToken  `json:"token,omitempty" doc:"device token, in hexadecimal"`
	PushType    apns.PushType     `json:"pushType,omitempty" doc:"apns-push-type"`
	Path        string            `json:"path,omitempty" doc:"path of the request; * stands for any part between slashes"`
	Payload     string            `json:"payload,omitempty" doc:"the whole body, byte for byte"`
	Device      *apns.DeviceID    `json:"device,omitempty" doc:"id of a device"`
}

// matches reports whether s fits.
func (w *Where) matches(s *Subject) bool {
	return fits(w.Door, s.Door) &&
		(w.Environment == nil || *w.Environment == s.Environment) &&
		fits(w.Connection, s.Connection) &&
		fits(w.Source, s.Source) &&
		fits(w.Team, s.Team) &&
		fits(w.Topic, s.Topic) &&
		fits(w.Token, s.Token) &&
		fits(w.PushType, s.PushType) &&
		fitsPath(w.Path, s.Path) &&
		(w.Payload == "" || w.Payload == string(s.Payload)) &&
		(w.Device == nil || *w.Device == s.Device)
}

// fits reports whether what is wanted, if anything, is what there is.
func fits[T comparable](wanted, is T) bool {
	var anything T
	return wanted == anything || wanted == is
}

func fitsPath(pattern, is string) bool {
	if pattern == "" {
		return true
	}
	ok, err := path.Match(pattern, is)
	return err == nil && ok // the pattern was checked when the rule was added
}

// problems says what cannot be meant, for a rule that acts at p.
func (w *Where) problems(p Point) (problems []error) {
	if w.Door != "" && !isWord(string(w.Door), doors) {
		problems = append(problems, unknownWord("where.door", string(w.Door), doors))
	}
	if _, err := path.Match(w.Path, ""); err != nil {
		problems = append(problems, fmt.Errorf("where.path: %q is no pattern: %w", w.Path, err))
	}
	if info := apns.LookupPushType(w.PushType); w.PushType != "" && info == nil {
		problems = append(problems, unknownWord("where.pushType", string(w.PushType), pushTypes()))
	}
	if points[p].pushes {
		return problems
	}
	if known := w.ofPush(); len(known) > 0 {
		problems = append(problems, fmt.Errorf("where.%s is not known yet at the %v; leave it out, or use a fault of requests",
			strings.Join(known, ", where."), p))
	}
	return problems
}

// ofPush names what is set of that which only requests and pushes have.
func (w *Where) ofPush() (set []string) {
	v := reflect.ValueOf(w).Elem()
	for _, field := range []string{"Team", "Topic", "Token", "PushType", "Path", "Payload"} {
		if f, _ := v.Type().FieldByName(field); !v.FieldByName(field).IsZero() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			set = append(set, name)
		}
	}
	return set
}

func pushTypes() (names []string) {
	for _, info := range apns.PushTypes() {
		names = append(names, string(info.Type))
	}
	return names
}
