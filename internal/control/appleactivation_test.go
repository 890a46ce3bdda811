package control_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/pki"
)

func (s *simulator) ActivateAsApple(csr *x509.CertificateRequest) ([]byte, error) {
	if s.rejection != nil {
		return nil, s.rejection
	}
	if _, isRSA := csr.PublicKey.(*rsa.PublicKey); !isRSA {
		return s.pki.SignDevice(csr)
	}
	chain, err := s.pki.SignDeviceRSA(csr)
	if err != nil {
		return nil, err
	}
	return chain[0], nil
}

// activationInfo is what a device sends, written by hand.
func activationInfo(request string) string {
	inner := `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>ActivationRandomness</key><string>9E3D5C3A-0000-4000-8000-000000000001</string>
<key>ActivationState</key><string>Unactivated</string>
<key>BuildVersion</key><string>10.6.4</string>
<key>DeviceCertRequest</key>` + request + `
<key>DeviceClass</key><string>Windows</string>
<key>ProductType</key><string>windows1,1</string>
<key>SerialNumber</key><string>WindowSerial</string>
</dict></plist>`
	return `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>ActivationInfoComplete</key><true/>
<key>ActivationInfoXML</key><data>` + base64.StdEncoding.EncodeToString([]byte(inner)) + `</data>
<key>FairPlayCertChain</key><data>AA==</data>
<key>FairPlaySignature</key><data>AA==</data>
</dict></plist>`
}

func asData(text string) string {
	return "<data>" + base64.StdEncoding.EncodeToString([]byte(text)) + "</data>"
}

func (a *api) albert(contentType, body string) *httptest.ResponseRecorder {
	a.t.Helper()
	return a.send(request{
		method: http.MethodPost, path: "/deviceservices/deviceActivation?device=Windows", host: "albert.apple.com",
		contentType: contentType, body: strings.NewReader(body),
	})
}

const urlencoded = "application/x-www-form-urlencoded"

func form(info string) string { return url.Values{"activation-info": {info}}.Encode() }

// observed: pypush, rustpush
func TestADeviceActivatesAsItDoesAtApple(t *testing.T) {
	rsa1024, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	multipartForm := func(info string) (contentType, body string) {
		var buf bytes.Buffer
		w := multipart.NewWriter(&buf)
		require.NoError(t, w.WriteField("activation-info", info))
		require.NoError(t, w.Close())
		return w.FormDataContentType(), buf.String()
	}
	for _, row := range []struct {
		name string
		key  crypto.Signer
		wrap func(string) string // of the request in PEM
		send func(info string) (contentType, body string)
		want x509.SignatureAlgorithm
	}{
		{"RSA 1024", rsa1024, asData, func(info string) (string, string) { return urlencoded, form(info) }, x509.SHA1WithRSA},
		{"a form in parts", rsa1024, asData, multipartForm, x509.SHA1WithRSA},
		{
			"the request as a string", rsa1024, func(s string) string { return "<string>" + s + "</string>" },
			func(info string) (string, string) { return urlencoded, form(info) }, x509.SHA1WithRSA,
		},
		{"P-256", newKey(t, elliptic.P256()), asData, func(info string) (string, string) { return urlencoded, form(info) }, x509.ECDSAWithSHA256},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAPI(t)
			contentType, body := row.send(activationInfo(row.wrap(inPEM("CERTIFICATE REQUEST", newCSR(t, row.key)))))
			w := a.albert(contentType, body)
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			assert.Equal(t, "text/xml", w.Header().Get("Content-Type"))

			// observed: pypush, whose dot matches no newline, and plistlib
			found := regexp.MustCompile("<Protocol>(.*)</Protocol>").FindStringSubmatch(w.Body.String())
			require.Len(t, found, 2, w.Body)
			assert.True(t, strings.HasPrefix(found[1], "<plist"), "plistlib knows XML by its first letters")
			list := readPlist(t, found[1]).(map[string]any)
			record := list["device-activation"].(map[string]any)["activation-record"].(map[string]any)
			block, rest := pem.Decode(record["DeviceCertificate"].([]byte))
			require.NotNil(t, block)
			assert.Empty(t, rest, "the leaf alone")
			leaf, err := x509.ParseCertificate(block.Bytes)
			require.NoError(t, err)
			assert.Equal(t, row.want, leaf.SignatureAlgorithm)
			assert.True(t, leaf.PublicKey.(interface{ Equal(crypto.PublicKey) bool }).Equal(row.key.Public()))
			_, err = a.sim.pki.VerifyDevice([]*x509.Certificate{leaf}, time.Now())
			require.NoError(t, err)
			assert.NotEqual(t, [8]byte{}, pki.DeviceID(leaf))
		})
	}
}

func TestAnActivationThatCannotBeReadIsRefusedWithTheRemedy(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	broken := newCSR(t, weak)
	broken[len(broken)-1] ^= 1
	empty := `<plist version="1.0"><dict></dict></plist>`
	for _, row := range []struct {
		name, contentType, body string
		status                  int
		want                    string
	}{
		{"no form", "application/json", "{}", 400, "the form has no field activation-info"},
		{"another field", urlencoded, "a=b", 400, "the form has no field activation-info"},
		{"a broken form", urlencoded, "a=%zz", 400, "the form cannot be read"},
		{"too long", urlencoded, "activation-info=" + strings.Repeat("x", 256<<10), 413, "longer than 262144 bytes"},
		{"no list", urlencoded, form("<plist"), 422, "activation-info cannot be read"},
		{"a list of another kind", urlencoded, form(`{ ActivationInfoXML = <00>; }`), 422, "activation-info is not XML"},
		{"an empty list", urlencoded, form(empty), 422, "activation-info has no ActivationInfoXML"},
		{"no inner list", urlencoded, form(`<plist version="1.0"><dict><key>ActivationInfoXML</key><data>PA==</data></dict></plist>`), 422, "ActivationInfoXML cannot be read"},
		{"no request", urlencoded, form(activationInfo("<integer>1</integer>")), 422, "ActivationInfoXML has no DeviceCertRequest"},
		{"no signing request", urlencoded, form(activationInfo(asData("x"))), 422, "the certificate signing request cannot be read"},
		{"another's signature", urlencoded, form(activationInfo(asData(inPEM("CERTIFICATE REQUEST", broken)))), 422, "not signed with its own key"},
		{"another curve", urlencoded, form(activationInfo(asData(inPEM("CERTIFICATE REQUEST", newCSR(t, newKey(t, elliptic.P384())))))), 422, "use P-256"},
	} {
		t.Run(row.name, func(t *testing.T) {
			wantProblem(t, newAPI(t).albert(row.contentType, row.body), row.status, row.want)
		})
	}
	a := newAPI(t)
	a.sim.rejection = assert.AnError
	wantProblem(t, a.albert(urlencoded, form(activationInfo(asData(inPEM("CERTIFICATE REQUEST", newCSR(t, weak)))))), 422, assert.AnError.Error())
}

// FuzzActivation feeds the two lists of a device's request: whatever they are, it
// is answered, and never by a failure of ours. All inputs go to one API, which takes
// a hundred times as long to make as a response.
func FuzzActivation(f *testing.F) {
	f.Add("", "")
	f.Add(`<plist version="1.0"><dict><key>ActivationInfoXML</key><data>PA==</data></dict></plist>`, "")
	f.Add("", `<plist version="1.0"><dict><key>DeviceCertRequest</key><data>eA==</data></dict></plist>`)
	f.Add("<plist><dict><key>ActivationInfoXML</key>", "<?xml?><!DOCTYPE plist><plist><array><true/></array></plist>")
	made := newAPI(f)
	f.Fuzz(func(t *testing.T, outer, inner string) {
		a := *made
		a.t = t
		a.log.Reset()
		if inner != "" {
			outer = `<plist version="1.0"><dict><key>ActivationInfoXML</key>` + asData(inner) + `</dict></plist>`
		}
		w := a.albert(urlencoded, form(outer))
		require.Less(t, w.Code, 500, w.Body)
	})
}
