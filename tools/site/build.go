package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// documentation are the patterns of the Markdown files that must be in llms.txt.
var documentation = []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "docs/*/*.md", "helpers/*.md", "helpers/*/*.md"}

// build writes the site and returns its number of pages.
func build(root, out, repository string) (int, error) {
	outline, err := readOutline(root)
	if err != nil {
		return 0, err
	}
	if err := outline.isComplete(root); err != nil {
		return 0, err
	}
	site := &site{root: root, repository: repository, outline: outline, pages: map[string]*page{}}
	for _, entry := range outline.entries() {
		p, err := readPage(root, entry)
		if err != nil {
			return 0, err
		}
		site.pages[p.source] = p
	}
	var wrong error
	for _, entry := range outline.entries() {
		wrong = errors.Join(wrong, site.resolveLinks(site.pages[entry.source]))
	}
	if wrong != nil {
		return 0, wrong
	}
	return len(site.pages), site.write(out)
}

// A site is all pages, by the paths of their Markdown files.
type site struct {
	root, repository string
	outline          *outline
	pages            map[string]*page
}

// write writes the pages as HTML and, for programs that read Markdown, as they are; the search index; llms.txt.
func (s *site) write(out string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	var sections []section
	for i, entry := range s.outline.entries() {
		p := s.pages[entry.source]
		html, err := s.render(p, i)
		if err != nil {
			return fmt.Errorf("%s: %w", p.source, err)
		}
		if err := errors.Join(writeFile(out, p.target, html), writeFile(out, p.source, s.markdown(p))); err != nil {
			return err
		}
		sections = append(sections, p.sections()...)
	}
	index, err := json.Marshal(sections)
	if err != nil {
		return err
	}
	// A script and not JSON, so that the search works in a site that is opened as files.
	if err := writeFile(out, "search-index.js", slices.Concat([]byte("searchIndex("), index, []byte(");\n"))); err != nil {
		return err
	}
	if err := writeFile(out, outlineFile, s.outline.text); err != nil {
		return err
	}
	return s.writeAssets(out)
}

func (s *site) writeAssets(out string) error {
	for _, name := range []string{"site.css", "site.js"} {
		content, err := assets.ReadFile(path.Join("assets", name))
		if err != nil {
			return err
		}
		if err := writeFile(out, name, content); err != nil {
			return err
		}
	}
	icon, err := os.ReadFile(filepath.Join(s.root, "internal", "console", "web", "icon.svg"))
	if err != nil {
		return err
	}
	return writeFile(out, "icon.svg", icon)
}

func writeFile(out, name string, content []byte) error {
	file := filepath.Join(out, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}
