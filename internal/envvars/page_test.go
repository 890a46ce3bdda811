package envvars_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/envvars"
)

var update = flag.Bool("update", false, "write docs/variables.md anew from the table")

const variablesPage = "../../docs/variables.md"

func TestThePageOfVariablesIsUpToDate(t *testing.T) {
	want := writeVariablesPage()
	if *update {
		require.NoError(t, os.WriteFile(variablesPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(variablesPage)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run: go test ./internal/envvars -run PageOfVariables -update")
}

func writeVariablesPage() string {
	var page strings.Builder
	page.WriteString(variablesIntroduction)
	for _, v := range envvars.Variables() {
		fmt.Fprintf(&page, "| `%s` | %s |\n", v.Name, v.Meaning)
	}
	return page.String()
}

const variablesIntroduction = `# Variables

Generated from the table in package internal/envvars by ` + "`go test ./internal/envvars -run PageOfVariables -update`" + `; do not edit.

` + "`apns-sim exec -- PROGRAM`" + ` sets these variables, ` + "`apns-sim env`" + ` prints them for a running simulator, and ` + "`POST /v1/spaces`" + `
returns them for a space. Variables without a value are left out: ` + "`env`" + ` includes a device token only if the simulator has a
virtual device, or with ` + "`--device`" + `, which creates one. Providers in any language can read their settings from these variables:

` + "```sh" + `
apns-sim exec -- sh -c 'curl --http2 "$APNS_SIM_PROVIDER/3/device/$APNS_SIM_TOKEN" -H "apns-topic: $APNS_SIM_TOPIC" \
    -H "authorization: bearer $(apns-sim jwt sign)" -d "{\"aps\":{\"alert\":\"hi\"}}"'
` + "```" + `

` + "```js" + `
const provider = new apn.Provider({ address: process.env.APNS_SIM_HOST, port: Number(process.env.APNS_SIM_PORT), production: true,
  token: { key: process.env.APNS_SIM_KEY_FILE, keyId: process.env.APNS_SIM_KEY_ID, teamId: process.env.APNS_SIM_TEAM } });
` + "```" + `

` + "```python" + `
key = pathlib.Path(os.environ["APNS_SIM_KEY_FILE"]).read_text()
` + "```" + `

` + "```java" + `
new ApnsClientBuilder().setApnsServer(System.getenv("APNS_SIM_HOST"), Integer.parseInt(System.getenv("APNS_SIM_PORT")))
    .setTrustedServerCertificateChain(new File(System.getenv("APNS_SIM_CA_FILE")));
` + "```" + `

| Variable | Value |
|---|---|
`
