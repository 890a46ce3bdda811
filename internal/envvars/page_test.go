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

Written from the table in package internal/envvars by ` + "`go test ./internal/envvars -run PageOfVariables -update`" + `; do not edit
it by hand.

What a program finds in its environment under ` + "`apns-sim exec -- PROGRAM`" + `, what ` + "`apns-sim env`" + ` prints of a simulator that
runs, and what ` + "`POST /v1/spaces`" + ` tells of a space. One that has no value is left out: ` + "`env`" + ` knows a device token when there
is a device inside the simulator, or with ` + "`--device`" + `. A provider in any language reads its settings from them:

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

| Variable | What it has |
|---|---|
`
