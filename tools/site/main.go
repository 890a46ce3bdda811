// Command site builds the documentation as a static site from the Markdown files of the repository.
//
//	go run . -root ../.. -out ../../.build/site
//
// llms.txt at the root lists the pages in their order; each Markdown file of the documentation is in it once. A link
// to a file, a page or a heading that does not exist is an error. The site needs no server, loads nothing from
// elsewhere, and is the same for the same files.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	root := flag.String("root", ".", "folder of the repository")
	out := flag.String("out", "", "folder to write the site to; it is replaced")
	repository := flag.String("repository", "https://github.com/apns-sim/apns-sim", "address of the repository, for links to files that are no pages")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	pages, err := build(*root, *out, *repository)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%s: %d pages, each link leads somewhere\n", *out, pages)
}
