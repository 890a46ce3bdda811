package main

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

const repository = "https://github.com/apns-sim/apns-sim"

// written is the site of this repository.
func written(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "site")
	_, err := build("../..", out, repository)
	require.NoError(t, err)
	return out
}

// What the links of the HTML lead to is looked up in the written files, not in what the builder knows.
func TestEachLinkOfTheSiteLeadsToAFileAndAnID(t *testing.T) {
	out := written(t)
	ids, links := map[string]map[string]bool{}, map[string][]string{}
	for _, name := range files(t, out) {
		ids[name] = map[string]bool{}
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		document, err := html.Parse(bytes.NewReader(content))
		require.NoError(t, err)
		for n := range document.Descendants() {
			for _, a := range n.Attr {
				switch a.Key {
				case "id":
					assert.False(t, ids[name][a.Val], "%s: two elements have the id %s", name, a.Val)
					ids[name][a.Val] = true
				case "href", "src":
					links[name] = append(links[name], a.Val)
					if n.Data != "a" {
						assert.NotContains(t, a.Val, ":", "%s loads %s", name, a.Val)
					}
				}
			}
		}
	}
	require.Greater(t, len(links), 20)
	for name, all := range links {
		for _, link := range all {
			if strings.Contains(link, "://") {
				continue
			}
			file, id, _ := strings.Cut(link, "#")
			to := name
			if file != "" {
				to = path.Join(path.Dir(name), file)
			}
			if assert.Contains(t, ids, to, "%s: %s", name, link) && id != "" {
				assert.True(t, ids[to][id], "%s: %s", name, link)
			}
		}
	}
}

func files(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, file)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	require.NoError(t, err)
	return names
}

func TestTwoBuildsGiveTheSameFiles(t *testing.T) {
	one, other := written(t), written(t)
	names := files(t, one)
	assert.Equal(t, names, files(t, other))
	for _, name := range names {
		a, err := os.ReadFile(filepath.Join(one, name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(other, name))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(a, b), name)
	}
}

// The Markdown that the site serves has no link to a file that only the repository has.
func TestTheMarkdownOfTheSiteLinksFilesOfTheRepositoryByTheirAddresses(t *testing.T) {
	out := written(t)
	content, err := os.ReadFile(filepath.Join(out, "docs", "control.md"))
	require.NoError(t, err)
	assert.NotContains(t, string(content), "](../examples/")
	readme, err := os.ReadFile(filepath.Join(out, "README.md"))
	require.NoError(t, err)
	assert.Contains(t, string(readme), "]("+repository+"/tree/main/examples")
}

// in builds a site of a few files and returns what is wrong.
func in(t *testing.T, pages map[string]string) error {
	t.Helper()
	root := t.TempDir()
	pages["internal/console/web/icon.svg"] = "<svg/>"
	for name, content := range pages {
		require.NoError(t, writeFile(root, name, []byte(content)))
	}
	_, err := build(root, filepath.Join(t.TempDir(), "site"), repository)
	return err
}

func TestADeadLinkFailsTheBuild(t *testing.T) {
	const list = "# a\n\n> A.\n\n## Start\n\n- [A](README.md): the start\n- [B](docs/b.md): the rest\n"
	for _, row := range []struct{ link, wrong string }{
		{"docs/b.md#a-heading-with-code", ""},
		{"docs/b.md#twice-1", ""},
		{"docs", "there is no docs/"},
		{"#a", ""},
		{"https://example.com/nowhere", ""},
		{repository + "/blob/main/docs/b.md#twice", ""},
		{repository + "/blob/main/docs/c.md", "there is no docs/c.md"},
		{"docs/c.md", "there is no docs/c.md"},
		{"docs/b.md#nowhere", "docs/b.md has no heading #nowhere"},
		{"#nowhere", "README.md has no heading #nowhere"},
		{"../outside", "it leads out of the repository"},
		{"internal/console/web/icon.svg", ""},
		{"internal/console/web/icon.svg#part", "is no page of the site"},
	} {
		err := in(t, map[string]string{
			outlineFile: list, "README.md": "# A\n\n[link](" + row.link + ")\n",
			"docs/b.md": "# B\n\n## A `heading`, with code\n\n## Twice\n\n## Twice\n",
		})
		if row.wrong == "" || row.link == "docs" { // a folder is one of the repository
			assert.NoError(t, err, row.link)
			continue
		}
		assert.ErrorContains(t, err, row.wrong, row.link)
	}
}

func TestEachPageIsInTheListOnceAndHasATitle(t *testing.T) {
	const start = "# a\n\n> A.\n\n## Start\n\n- [A](README.md): the start\n"
	for _, row := range []struct{ list, page, wrong string }{
		{start, "# B\n", "docs/b.md is not listed"},
		{start + "- [B](docs/b.md): one\n- [B](docs/b.md): two\n", "# B\n", "docs/b.md is listed twice"},
		{start + "- [B](docs/b.md): one\n- [C](docs/c.md): two\n", "# B\n", "docs/c.md"},
		{start + "- [B](docs/b.md)\n", "# B\n", "llms.txt:8:"},
		{start + "- [B](docs/b.md): one\n", "Text.\n", "a page begins with a heading"},
		{start + "- [B](docs/b.md): one\n", "# B\n\n<b>Bold</b>\n", "HTML in Markdown"},
		{start + "- [B](docs/b.md): one\n", "# B\n\n<!-- not run: it needs Docker -->\n", ""},
	} {
		err := in(t, map[string]string{outlineFile: row.list, "README.md": "# A\n", "docs/b.md": row.page})
		if row.wrong == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, row.wrong)
	}
}

func TestLinksBetweenFilesOfTheSiteAreRelative(t *testing.T) {
	for _, row := range []struct{ from, to, want string }{
		{"index.html", "docs/a.html", "docs/a.html"},
		{"docs/a.html", "docs/b.html", "b.html"},
		{"docs/a.html", "docs/tasks/b.html", "tasks/b.html"},
		{"docs/tasks/b.html", "docs/a.html", "../../docs/a.html"},
		{"docs/a.html", "index.html", "../index.html"},
	} {
		assert.Equal(t, row.want, relative(row.from, row.to), "%s to %s", row.from, row.to)
	}
}

func TestTheHTMLSaysWhatScrollsAndWhatIsNotBroken(t *testing.T) {
	for _, row := range []struct{ from, want string }{
		{"<p><code>--listen</code></p>", `<p><code class="short">--listen</code></p>`},
		{"<code>" + strings.Repeat("x", 37) + "</code>", "<code>" + strings.Repeat("x", 37) + "</code>"},
		{"<td>ok</td>\n<td>a sentence that needs some width</td>", "<td>ok</td>\n<td class=\"text\">a sentence that needs some width</td>"},
		{`<h2 id="a">A</h2>`, `<h2 id="a">A <a class="anchor" href="#a" aria-label="Link to this section">#</a></h2>`},
		{"<pre><code class=\"language-sh\">make\n</code></pre>", "<pre tabindex=\"0\"><code class=\"language-sh\">make\n</code></pre>"},
		{"<table>\n</table>", "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>\n</table></div>"},
	} {
		assert.Equal(t, row.want, finish(row.from))
	}
}

func TestATableOfFiveColumnsTakesTheWholeWidth(t *testing.T) {
	out := written(t)
	for name, wide := range map[string]bool{"fidelity": true, "settings": false} {
		content, err := os.ReadFile(filepath.Join(out, "docs", name+".html"))
		require.NoError(t, err)
		assert.Equal(t, wide, strings.Contains(string(content), `<div class="columns wide">`), name)
	}
}
