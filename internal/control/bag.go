package control

import (
	"fmt"
	"net/http"

	"howett.net/plist"

	"github.com/apns-sim/apns-sim/apns"
)

// bagForm is how a bag is wrapped.
type bagForm uint8

const (
	bareBag   bagForm = iota // the property list alone, as today; TLS vouches for it
	signedBag                // within another one, with a signature
)

// bags is the one table of the hosts that give bags: which form, and for which
// environment (observed: apsd; pushproxy, rustpush for the last one).
var bags = []struct {
	host        string
	form        bagForm
	environment apns.Environment
}{
	{"init.push.apple.com", bareBag, apns.Production},
	{"init.sandbox.push.apple.com", bareBag, apns.Sandbox},
	{"init-p01st.push.apple.com", signedBag, apns.Production},
}

func bagHosts() []string {
	hosts := make([]string, len(bags))
	for i, row := range bags {
		hosts[i] = row.host
	}
	return hosts
}

// courierCount is from how many numbers a device draws that of its courier.
// Apple has 50; so many names would have to lead here. It is 2 and not 1 because
// there are clients that draw below it (observed: third-party clients).
const courierCount = 2

// bagExpiry is how long a bag may be kept, in seconds: what a device assumes of
// one that does not say (observed: apsd).
const bagExpiry = 900

// A bag tells a device where couriers are. Some forty tuning keys are left out:
// all of them are optional (observed: apsd).
type bag struct {
	Hostcount        int    `plist:"APNSCourierHostcount"`
	Hostname         string `plist:"APNSCourierHostname"`
	VerifiedHostname string `plist:"APNSVerifiedCourierHostname"`
	Status           bool   `plist:"APNSCourierStatus"` // the service is up
	Expiry           int    `plist:"APNSBagExpiry"`     // seconds
}

// A sealedBag is a bag with its signature, RSA with SHA-1 over the bytes of Bag
// (observed: pushproxy).
type sealedBag struct {
	Bag          []byte   `plist:"bag"`
	Certificates [][]byte `plist:"certs"` // DER, leaf first
	Signature    []byte   `plist:"signature"`
}

// bag answers GET /bag?v=1&c=<carrier>. Apple's host names choose form and
// environment; elsewhere form=signed and environment=sandbox do.
func (s *Server) bag(w http.ResponseWriter, r *http.Request) error {
	form, environment, err := wantedBag(r)
	if err != nil {
		return err
	}
	body, err := plist.Marshal(bag{
		Hostcount:        courierCount,
		Hostname:         apns.CourierHost(environment),
		VerifiedHostname: apns.CourierHost(environment),
		Status:           true,
		Expiry:           bagExpiry,
	}, plist.XMLFormat)
	if err == nil && form == signedBag {
		body, err = s.sealBag(body)
	}
	if err != nil {
		return fmt.Errorf("write a bag: %w", err)
	}
	// observed: pushproxy
	w.Header().Set("Server", "APNS Bagger")
	w.Header().Set("Cache-Control", fmt.Sprintf("max-age=%d", bagExpiry))
	s.writeApple(w, "application/x-apple-plist", body)
	return nil
}

// wantedBag says which bag a request is for.
func wantedBag(r *http.Request) (form bagForm, environment apns.Environment, err error) {
	for _, row := range bags {
		if row.host == requestHost(r) {
			return row.form, row.environment, nil
		}
	}
	query := r.URL.Query()
	switch value := query.Get("form"); value {
	case "", "bare":
	case "signed":
		form = signedBag
	default:
		return 0, 0, reject(http.StatusBadRequest, "form is %q; it can be bare or signed", value)
	}
	switch value := query.Get("environment"); value {
	case "", apns.Production.String():
	case apns.Sandbox.String():
		environment = apns.Sandbox
	default:
		return 0, 0, reject(http.StatusBadRequest, "environment is %q; it can be %v or %v", value, apns.Production, apns.Sandbox)
	}
	return form, environment, nil
}

// sealBag wraps a bag with its signature.
func (s *Server) sealBag(body []byte) ([]byte, error) {
	signature, chain, err := s.Apple.SignBag(body)
	if err != nil {
		return nil, err
	}
	return plist.Marshal(sealedBag{body, chain, signature}, plist.XMLFormat)
}
