package apnstest_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// childVariable tells the test program to be a child process of a test.
const childVariable = "APNSTEST_CHILD"

// child is a provider that knows of the server what its environment says.
func child() int {
	status, err := pushByVariables()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(status)
	return 0
}

func pushByVariables() (status string, err error) {
	file := os.Getenv("APNS_SIM_CERTIFICATE_FILE")
	certificate, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequest(http.MethodPost, //nolint:noctx // The process ends with it.
		os.Getenv("APNS_SIM_PROVIDER")+"/3/device/"+os.Getenv("APNS_SIM_TOKEN"), strings.NewReader(`{"aps":{"alert":"from a child"}}`))
	if err != nil {
		return "", err
	}
	request.Header.Set("apns-topic", os.Getenv("APNS_SIM_TOPIC"))
	// Go takes the roots from SSL_CERT_FILE.
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, ForceAttemptHTTP2: true,
	}}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return strings.TrimSpace(response.Status + " " + string(body)), err
}
