package importrules

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// llms.txt lists the pages of the documentation, for programs that read it and as the menu of the
// site (tools/site).
func TestEachPageOfTheDocumentationIsInLLMsTxt(t *testing.T) {
	list, err := os.ReadFile("../../llms.txt")
	require.NoError(t, err)
	listed := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^- \[.+?\]\((.+?)\): .`).FindAllSubmatch(list, -1) {
		name := string(match[1])
		assert.FileExists(t, filepath.Join("..", "..", name), "llms.txt lists it")
		assert.False(t, listed[name], "llms.txt lists %s twice", name)
		listed[name] = true
	}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "helpers/*.md", "helpers/*/*.md"} {
		pages, err := filepath.Glob(filepath.Join("..", "..", pattern))
		require.NoError(t, err)
		for _, page := range pages {
			name, err := filepath.Rel("../..", page)
			require.NoError(t, err)
			assert.True(t, listed[filepath.ToSlash(name)], "%s is not in llms.txt: add a line \"- [Name](%s): what is in it\"", name, name)
		}
	}
}
