package control

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"

	"howett.net/plist"
)

// minAppleRSABits is the smallest RSA key of a device that is activated in
// Apple's way: what real devices have (observed: pushproxy).
const minAppleRSABits = 1024

// maxActivation is the longest request, in bytes: those of devices come with a
// chain of certificates.
const maxActivation = 256 << 10

// activationField is the form field with the request of a device.
const activationField = "activation-info"

// The request of a device, and the request within it. What else is there, serial
// number and FairPlay signature, is not looked at.
type (
	activationInfo struct {
		XML []byte `plist:"ActivationInfoXML"`
	}
	activationInfoXML struct {
		CertRequest any `plist:"DeviceCertRequest"` // PEM, as data or as a string
	}
)

// The response to a device.
type (
	albertResponse struct {
		Activation albertActivation `plist:"device-activation"`
	}
	albertActivation struct {
		AckReceived bool             `plist:"ack-received"`
		Record      activationRecord `plist:"activation-record"`
	}
	activationRecord struct {
		DeviceCertificate []byte `plist:"DeviceCertificate"` // PEM
	}
)

// albert answers POST /deviceservices/deviceActivation?device=<class> as the
// server does at which Apple's devices activate.
//
// observed: pypush, rustpush
func (s *Server) albert(w http.ResponseWriter, r *http.Request) error {
	csr, err := readAlbertRequest(w, r)
	if err != nil {
		return err
	}
	leaf, err := s.Apple.ActivateAsApple(csr)
	if err != nil {
		return reject(http.StatusUnprocessableEntity, "%v", err)
	}
	response, err := plist.Marshal(albertResponse{albertActivation{
		AckReceived: true,
		Record:      activationRecord{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf})},
	}}, plist.XMLFormat)
	if err != nil {
		return fmt.Errorf("write an activation record: %w", err)
	}
	s.log.Info("device activated in Apple's way", "class", r.URL.Query().Get("device"), "remote", r.RemoteAddr)
	w.Header().Set("Cache-Control", "no-store")
	s.writeApple(w, "text/xml", protocol(response))
	return nil
}

// protocol wraps a property list as Apple does. It leaves out the head of the
// XML, and all is on one line: there are clients that look for <Protocol> and
// its end on the same one (observed: pypush).
func protocol(list []byte) []byte {
	if i := bytes.Index(list, []byte("<plist")); i >= 0 {
		list = list[i:]
	}
	list = bytes.ReplaceAll(list, []byte("\n"), nil)
	return fmt.Appendf(nil, "<Document><Protocol>%s</Protocol></Document>\n", list)
}

// readAlbertRequest finds the signing request in the request of a device.
func readAlbertRequest(w http.ResponseWriter, r *http.Request) (*x509.CertificateRequest, error) {
	list, err := readActivationField(w, r)
	if err != nil {
		return nil, err
	}
	var outer activationInfo
	if err := decodePlist(activationField, list, &outer); err != nil {
		return nil, err
	}
	if len(outer.XML) == 0 {
		return nil, reject(http.StatusUnprocessableEntity, "%s has no ActivationInfoXML; put the inner property list there, as data", activationField)
	}
	var inner activationInfoXML
	if err := decodePlist("ActivationInfoXML", outer.XML, &inner); err != nil {
		return nil, err
	}
	switch request := inner.CertRequest.(type) {
	case []byte:
		return parseRequest(request, minAppleRSABits)
	case string:
		return parseRequest([]byte(request), minAppleRSABits)
	}
	return nil, reject(http.StatusUnprocessableEntity, "ActivationInfoXML has no DeviceCertRequest; put a signing request in PEM there, as data")
}

// readActivationField reads the form, urlencoded or in parts.
func readActivationField(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxActivation)
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(maxActivation)
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil // the form was urlencoded, and is read
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, reject(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes; send less", maxActivation)
	}
	if err != nil {
		return nil, reject(http.StatusBadRequest, "the form cannot be read: %v; send the field %s", err, activationField)
	}
	list := r.PostFormValue(activationField)
	if list == "" {
		return nil, reject(http.StatusBadRequest, "the form has no field %s; put the property list of the device there", activationField)
	}
	return []byte(list), nil
}

// decodePlist reads a property list in XML, the one form that devices send here.
func decodePlist(what string, list []byte, into any) error {
	if !bytes.HasPrefix(bytes.TrimSpace(list), []byte("<")) {
		return reject(http.StatusUnprocessableEntity, "%s is not XML; send a property list in XML", what)
	}
	if _, err := plist.Unmarshal(list, into); err != nil {
		return reject(http.StatusUnprocessableEntity, "%s cannot be read: %v; send a property list in XML", what, err)
	}
	return nil
}
