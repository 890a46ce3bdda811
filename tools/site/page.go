package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// A page is a Markdown file and what becomes of it.
type page struct {
	entry
	target   string // the HTML file, from the root of the site
	text     []byte
	document ast.Node
	headings []heading
	wide     bool // it has a table of five columns or more
	anchors  map[string]bool
	outside  map[string]string // destinations as written that lead to files of the repository, with their addresses
}

// A heading is a heading of a page below its title.
type heading struct {
	Level     int
	ID, Title string
}

func readPage(root string, e entry) (*page, error) {
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.source)))
	if err != nil {
		return nil, err
	}
	p := &page{entry: e, text: content, target: htmlName(e.source), anchors: map[string]bool{}, outside: map[string]string{}}
	p.document = markdown.Parser().Parse(text.NewReader(content), parser.WithContext(parser.NewContext(parser.WithIDs(&anchors{}))))
	return p, p.inspect()
}

// htmlName is the HTML file of a Markdown file. A README is the index of its folder.
func htmlName(source string) string {
	folder, name := path.Split(source)
	if name == "README.md" {
		return folder + "index.html"
	}
	return folder + strings.TrimSuffix(name, ".md") + ".html"
}

var comment = regexp.MustCompile(`(?s)^\s*(<!--.*?-->\s*)*$`)

// lineBreak is the one element in the pages: Markdown has no line breaks in cells of tables.
const lineBreak = "<br>"

func newLineBreak() ast.Node {
	n := ast.NewString([]byte(lineBreak))
	n.SetCode(true) // it is written as it is
	return n
}

// inspect collects headings, and removes comments; other HTML than line breaks is an error.
func (p *page) inspect() error {
	var wrong error
	instead := map[ast.Node]ast.Node{}
	_ = ast.Walk(p.document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it returns what the function returns: nil
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			id, _ := n.AttributeString("id")
			h := heading{Level: n.Level, ID: string(id.([]byte)), Title: plain(n, p.text)}
			p.anchors[h.ID] = true
			p.headings = append(p.headings, h)
		case *tables.Table:
			p.wide = p.wide || len(n.Alignments) >= 5
		case *ast.HTMLBlock, *ast.RawHTML:
			switch html := source(n, p.text); {
			case string(html) == lineBreak:
				instead[n] = newLineBreak()
			case comment.Match(html):
				instead[n] = ast.NewString(nil)
			default:
				wrong = errors.Join(wrong, fmt.Errorf("%s: HTML in Markdown: %s", p.source, html))
			}
		}
		return ast.WalkContinue, nil
	})
	for n, other := range instead {
		n.Parent().ReplaceChild(n.Parent(), n, other)
	}
	if len(p.headings) == 0 || p.headings[0].Level != 1 {
		wrong = errors.Join(wrong, fmt.Errorf("%s: a page begins with a heading of level 1", p.source))
	}
	return wrong
}

// title is the heading of the page.
func (p *page) title() string { return p.headings[0].Title }

// source is the HTML of a node as it is written.
func source(n ast.Node, from []byte) []byte {
	var all bytes.Buffer
	switch n := n.(type) {
	case *ast.HTMLBlock:
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			all.Write(line.Value(from))
		}
		if n.HasClosure() {
			all.Write(n.ClosureLine.Value(from))
		}
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			segment := n.Segments.At(i)
			all.Write(segment.Value(from))
		}
	}
	return all.Bytes()
}

// plain is the text of a node without markup.
func plain(n ast.Node, from []byte) string {
	var all strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it returns what the function returns: nil
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				all.Write(n.Value(from))
				if n.SoftLineBreak() || n.HardLineBreak() {
					all.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering && !n.IsCode() {
				all.Write(n.Value)
			} else {
				all.WriteByte(' ')
			}
		case *ast.AutoLink:
			if entering {
				all.Write(n.Label(from))
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			if entering {
				for i := range n.Lines().Len() {
					line := n.Lines().At(i)
					all.Write(line.Value(from))
				}
			}
		default:
			if !entering && n.Type() == ast.TypeBlock {
				all.WriteByte(' ') // a cell, a paragraph, an item
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(all.String()), " ")
}
