package main

import (
	"bytes"
	"embed"
	"html/template"
	"regexp"
	"strings"
)

//go:embed assets
var assets embed.FS

var layout = template.Must(template.ParseFS(assets, "assets/page.html"))

// A view is what the layout shows of a page.
type view struct {
	Site, Title, Description string
	Base                     string // from this page to the root of the site, such as ../
	Groups                   []menuGroup
	Headings                 []heading
	Wide                     bool // tables take the place of the list of headings
	Content                  template.HTML
	Source, Markdown         string // addresses of the file in the repository, and in the site
	Previous, Next           *menuItem
}

type menuGroup struct {
	Title string
	Items []menuItem
}

type menuItem struct {
	Name, To string
	Current  bool
}

// render gives the HTML of the page, which is the i-th of the outline.
func (s *site) render(p *page, i int) ([]byte, error) {
	var content bytes.Buffer
	if err := markdown.Renderer().Render(&content, p.text, p.document); err != nil {
		return nil, err
	}
	v := &view{
		Site: s.outline.title, Title: p.title(), Description: p.description,
		Base:     strings.Repeat("../", strings.Count(p.target, "/")),
		Wide:     p.wide,
		Content:  template.HTML(finish(content.String())), //nolint:gosec // it is the HTML of the Markdown, in which there is none
		Source:   s.repository + "/blob/main/" + p.source,
		Markdown: relative(p.target, p.source),
	}
	for _, h := range p.headings[1:] {
		if h.Level == 2 {
			v.Headings = append(v.Headings, h)
		}
	}
	for _, g := range s.outline.groups {
		items := make([]menuItem, 0, len(g.entries))
		for _, e := range g.entries {
			items = append(items, s.item(p, e))
		}
		v.Groups = append(v.Groups, menuGroup{Title: g.title, Items: items})
	}
	all := s.outline.entries()
	if i > 0 {
		item := s.item(p, all[i-1])
		v.Previous = &item
	}
	if i+1 < len(all) {
		item := s.item(p, all[i+1])
		v.Next = &item
	}
	var out bytes.Buffer
	err := layout.Execute(&out, v)
	return out.Bytes(), err
}

func (s *site) item(from *page, e entry) menuItem {
	return menuItem{Name: e.name, To: relative(from.target, s.pages[e.source].target), Current: e.source == from.source}
}

var sectionHeading = regexp.MustCompile(`(?s)<h([2-4]) id="([^"]+)">(.*?)</h[2-4]>`)

// shortCode is code within a sentence that is not broken over lines, such as --listen.
var shortCode = regexp.MustCompile(`<code>([^<\n]{1,36})</code>`)

// longCell is a cell of a table with so much text that it needs some width.
var longCell = regexp.MustCompile(`(?m)^<td>(.{25,})</td>$`)

// finish adds what Markdown does not say: links of headings to themselves, short code that stays on one line, and that
// wide tables and blocks scroll, also by keyboard.
func finish(html string) string {
	html = longCell.ReplaceAllString(html, `<td class="text">$1</td>`)
	html = shortCode.ReplaceAllString(html, `<code class="short">$1</code>`)
	html = sectionHeading.ReplaceAllString(html, `<h$1 id="$2">$3 <a class="anchor" href="#$2" aria-label="Link to this section">#</a></h$1>`)
	return strings.NewReplacer(
		"<table>", `<div class="table" tabindex="0" role="group" aria-label="Table"><table>`, "</table>", "</table></div>",
		"<pre>", `<pre tabindex="0">`,
	).Replace(html)
}
