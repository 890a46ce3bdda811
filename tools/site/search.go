package main

import "github.com/yuin/goldmark/ast"

// A section is a heading with what is below it, to be found by the search.
type section struct {
	Page  string `json:"page"`
	Title string `json:"title"`
	To    string `json:"to"` // from the root of the site
	Text  string `json:"text"`
}

// sections are the parts of a page.
func (p *page) sections() (all []section) {
	next := 0
	for n := p.document.FirstChild(); n != nil; n = n.NextSibling() {
		if _, is := n.(*ast.Heading); is {
			h := p.headings[next]
			next++
			to := p.target
			if h.Level > 1 {
				to = fragment(p.target, h.ID)
			}
			all = append(all, section{Page: p.name, Title: h.Title, To: to})
			continue
		}
		if last := len(all) - 1; last >= 0 {
			all[last].Text += " " + plain(n, p.text)
		}
	}
	return all
}
