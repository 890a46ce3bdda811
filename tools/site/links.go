package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// resolveLinks makes each link of a page lead to a page of the site, to a file in the repository, or elsewhere. It
// reports those that lead to nothing here; what is elsewhere is not visited.
func (s *site) resolveLinks(p *page) (wrong error) {
	_ = ast.Walk(p.document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it returns what the function returns: nil
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			to, err := s.resolve(p, string(n.Destination))
			if err != nil {
				wrong = errors.Join(wrong, fmt.Errorf("%s: link %q: %w", p.source, n.Destination, err))
			}
			n.Destination = []byte(to)
		case *ast.Image:
			wrong = errors.Join(wrong, fmt.Errorf("%s: image %q: the site has no images", p.source, n.Destination))
		}
		return ast.WalkContinue, nil
	})
	return wrong
}

// resolve gives what a link in the HTML of a page has to say.
func (s *site) resolve(from *page, written string) (string, error) {
	link, err := url.Parse(written)
	if err != nil {
		return "", err
	}
	name, inRepository := s.file(from, link)
	if !inRepository {
		return written, nil
	}
	to, isPage := s.page(name)
	if !isPage {
		kind, err := s.kind(name)
		if err != nil {
			return "", err
		}
		if link.Fragment != "" {
			return "", fmt.Errorf("%s is no page of the site, and its headings are not known", name)
		}
		address := s.repository + "/" + kind + "/main/" + name
		from.outside[written] = address
		return address, nil
	}
	if link.Fragment != "" && !to.anchors[link.Fragment] {
		return "", fmt.Errorf("%s has no heading #%s", to.source, link.Fragment)
	}
	return fragment(relative(from.target, to.target), link.Fragment), nil
}

// file is the path in the repository to which a link leads.
func (s *site) file(from *page, link *url.URL) (name string, is bool) {
	if link.Scheme != "" || link.Host != "" {
		rest, ours := strings.CutPrefix(link.Scheme+"://"+link.Host+link.Path, s.repository+"/blob/main/")
		return rest, ours
	}
	if link.Path == "" {
		return from.source, true
	}
	return path.Join(path.Dir(from.source), link.Path), true
}

// page is the page for a path; that of a folder is its README.
func (s *site) page(name string) (*page, bool) {
	if p, is := s.pages[name]; is {
		return p, true
	}
	p, is := s.pages[path.Join(name, "README.md")]
	return p, is
}

// kind is how the repository's web pages call a path: blob for a file, tree for a folder.
func (s *site) kind(name string) (string, error) {
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", errors.New("it leads out of the repository")
	}
	info, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(name)))
	switch {
	case err != nil:
		return "", fmt.Errorf("there is no %s", name)
	case info.IsDir():
		return "tree", nil
	}
	return "blob", nil
}

// relative is the path from one file of the site to another.
func relative(from, to string) string {
	up := strings.Repeat("../", strings.Count(from, "/"))
	if folder := path.Dir(from) + "/"; folder != "./" && strings.HasPrefix(to, folder) {
		return to[len(folder):]
	}
	return up + to
}

func fragment(address, id string) string {
	if id == "" {
		return address
	}
	return address + "#" + id
}

// markdown is the page as Markdown, with links that lead somewhere in the site, too.
func (s *site) markdown(p *page) []byte {
	all := p.text
	for written, address := range p.outside {
		all = bytes.ReplaceAll(all, []byte("]("+written+")"), []byte("]("+address+")"))
	}
	return all
}
