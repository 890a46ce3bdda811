package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// outlineFile lists the pages, in the form of https://llmstxt.org.
const outlineFile = "llms.txt"

// An outline is what llms.txt says.
type outline struct {
	text   []byte
	title  string
	groups []group
}

// A group is a heading of llms.txt with the pages under it.
type group struct {
	title   string
	entries []entry
}

// An entry is a page in llms.txt.
type entry struct {
	name        string // in the menu
	source      string // the Markdown file, from the root, with slashes
	description string
}

var entryLine = regexp.MustCompile(`^- \[([^\]]+)\]\(([^)]+)\): (.+)$`)

func readOutline(root string) (*outline, error) {
	text, err := os.ReadFile(filepath.Join(root, outlineFile))
	if err != nil {
		return nil, err
	}
	o := &outline{text: text}
	for number, line := range strings.Split(string(text), "\n") {
		match := entryLine.FindStringSubmatch(line)
		switch title, isGroup := strings.CutPrefix(line, "## "); {
		case isGroup:
			o.groups = append(o.groups, group{title: title})
		case strings.HasPrefix(line, "# "):
			o.title = line[2:]
		case match != nil && len(o.groups) > 0:
			last := &o.groups[len(o.groups)-1]
			last.entries = append(last.entries, entry{name: match[1], source: match[2], description: match[3]})
		case strings.HasPrefix(line, "- ") || match != nil:
			return nil, fmt.Errorf("%s:%d: %q: an entry has the form \"- [Name](FILE.md): what is in it\" and is below a heading", outlineFile, number+1, line)
		}
	}
	if o.title == "" || len(o.groups) == 0 {
		return nil, fmt.Errorf("%s: it has a title and groups of pages", outlineFile)
	}
	return o, nil
}

// entries are the pages in the order of the site.
func (o *outline) entries() (all []entry) {
	for _, g := range o.groups {
		all = append(all, g.entries...)
	}
	return all
}

// isComplete reports files that are not listed, listed twice, or listed and not there.
func (o *outline) isComplete(root string) (wrong error) {
	listed := map[string]int{}
	for _, e := range o.entries() {
		if listed[e.source]++; listed[e.source] == 2 {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %s is listed twice", outlineFile, e.source))
		}
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(e.source))); err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %w", outlineFile, err))
		}
	}
	for _, pattern := range documentation {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			return err
		}
		for _, file := range files {
			name, err := filepath.Rel(root, file)
			if err != nil {
				return err
			}
			if listed[filepath.ToSlash(name)] == 0 {
				wrong = errors.Join(wrong, fmt.Errorf("%s: %s is not listed: add it to a group", outlineFile, filepath.ToSlash(name)))
			}
		}
	}
	return wrong
}
