package clidoc

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// A command is a place in the command line: the program itself, a command or a group
// of commands.
type command struct {
	node *kong.Node
	// path is the words that lead to it, each after a space; "" is the program.
	path  string
	words []*kong.Node // the commands that may follow
	flags []*kong.Flag // those that it takes, of the default command at the program itself
}

// commands lists every place of a command line, the program first.
func commands(app *kong.Application) []command {
	var list []command
	var visit func(node *kong.Node, path string)
	visit = func(node *kong.Node, path string) {
		c := command{node: node, path: path, flags: flagsOf(node)}
		for _, child := range node.Children {
			if !child.Hidden {
				c.words = append(c.words, child)
			}
		}
		list = append(list, c)
		for _, child := range c.words {
			visit(child, path+" "+child.Name)
		}
	}
	visit(app.Node, "")
	return list
}

// flagsOf lists the flags that a command takes. Flags that the short help leaves out
// are among them.
func flagsOf(node *kong.Node) []*kong.Flag {
	at := node
	if node.DefaultCmd != nil {
		at = node.DefaultCmd
	}
	return slices.Concat(at.AllFlags(false)...)
}

// values are the words that a flag takes, nil if it takes others too.
func values(flag *kong.Flag) []string {
	if flag.Enum == "" {
		return nil
	}
	return slices.DeleteFunc(flag.EnumSlice(), func(word string) bool { return word == "" })
}

// What the value of a flag is, if it is not one of a few words.
type kind uint8

const (
	anything kind = iota
	file
	directory
	nothing // the flag takes no value
)

// kindOf tells what a flag takes, by the placeholder of its value.
func kindOf(flag *kong.Flag) kind {
	switch {
	case flag.IsBool(), flag.IsCounter():
		return nothing
	case flag.PlaceHolder == "FILE", flag.PlaceHolder == "PATH":
		return file
	case flag.PlaceHolder == "DIR":
		return directory
	}
	return anything
}

// firstSentence is what a list has room for.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	sentence, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(sentence, ".")
}

// identifier is the name of a program as a name of a shell function.
func identifier(program string) string { return "_" + strings.ReplaceAll(program, "-", "_") }
