package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// place is where a key was set.
type place struct {
	line     int    // in the file
	variable string // of the environment; empty for the file
}

// decoder lays files and the environment over a configuration and collects
// every mistake on the way.
type decoder struct {
	file  string
	found Errors
	// at is where each key was set, so that what is found wrong later can be
	// blamed on a line.
	at map[string]place
	// broken are keys whose values were refused, and unsure those that hold a
	// key which is not known: what follows from either is no second mistake.
	broken, unsure map[string]bool
}

func newDecoder(file string) *decoder {
	return &decoder{file: file, at: map[string]place{}, broken: map[string]bool{}, unsure: map[string]bool{}}
}

func (d *decoder) wrong(line int, key, problem, hint string) {
	d.found = append(d.found, Error{File: d.file, Line: line, Key: key, Problem: problem, Hint: hint})
	d.broken[key] = true
}

// yaml lays a file's text over what the tree leads to.
func (d *decoder) yaml(text []byte, root object) {
	documents, err := parse(text)
	if err != nil {
		d.syntax(err)
		return
	}
	if len(documents) > 1 {
		d.wrong(documents[1].Line, "", "a second document begins", "keep one document in the file")
		return
	}
	for _, doc := range documents {
		for _, top := range doc.Content {
			d.node(top, "", root)
		}
	}
}

func parse(text []byte) ([]*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	var documents []*yaml.Node
	for {
		var n yaml.Node
		switch err := loader.Load(&n); {
		case errors.Is(err, io.EOF):
			return documents, nil
		case err != nil:
			return nil, err
		}
		documents = append(documents, &n)
	}
}

func (d *decoder) syntax(err error) {
	var one *yaml.LoadError
	if !errors.As(err, &one) {
		d.wrong(0, "", "this is no YAML: "+err.Error(), "")
		return
	}
	problem, hint := "this is no YAML: "+one.Message, ""
	if one.ContextMsg != "" {
		problem += " " + one.ContextMsg
	}
	switch one.Stage {
	case "scanner", "parser":
		hint = "look at indentation, colons and quotes here and on the line above"
	}
	d.wrong(one.Mark.Line, "", problem, hint)
}

func (d *decoder) node(n *yaml.Node, key string, to node) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // a key with nothing behind it is left out
	}
	switch to := to.(type) {
	case object:
		d.object(n, key, to, "write keys below it: ")
	case *section:
		if n.Kind == yaml.ScalarNode && off(n.Value) {
			*to.off = true
			return
		}
		d.object(n, key, to.object, "write off, or keys below it: ")
	case *list:
		d.list(n, key, to)
	case *scalar:
		d.scalar(n, key, to)
	}
}

func off(text string) bool { return text == "off" || text == "false" }

func (d *decoder) object(n *yaml.Node, key string, to object, hint string) {
	if n.Kind != yaml.MappingNode {
		d.wrong(n.Line, key, "is "+describe(n)+", not a mapping", hint+strings.Join(to.keys(), ", "))
		return
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		path := join(key, name.Value)
		f, ok := to.find(name.Value)
		if !ok {
			d.wrong(name.Line, path, "unknown key", to.suggest(name.Value))
			d.unsure[key] = true
			continue
		}
		if line, twice := first[f.key]; twice {
			d.wrong(name.Line, path, fmt.Sprintf("is set twice, first on line %d", line), "keep one of the two")
			continue
		}
		first[f.key] = name.Line
		d.at[path] = place{line: name.Line}
		d.node(value, path, f.node)
	}
}

func (d *decoder) list(n *yaml.Node, key string, to *list) {
	if n.Kind != yaml.SequenceNode {
		d.wrong(n.Line, key, "is "+describe(n)+", not a list", `write items in brackets, or one a line behind a "-"`)
		return
	}
	to.reset()
	for i, item := range n.Content {
		path := fmt.Sprintf("%s[%d]", key, i)
		d.at[path] = place{line: item.Line}
		d.node(item, path, to.add())
	}
}

func (d *decoder) scalar(n *yaml.Node, key string, to *scalar) {
	if n.Kind != yaml.ScalarNode {
		d.wrong(n.Line, key, "is "+describe(n)+", not "+to.shape.describe(), to.hint())
		return
	}
	if to.shape == isText && n.Tag != "!!str" {
		d.wrong(n.Line, key, "is "+describe(n)+", not text", "put it in quotes if it is meant so")
		return
	}
	if problem, hint := to.set(n.Value); problem != "" {
		d.wrong(n.Line, key, problem, hint)
	}
}

func (s *scalar) hint() string {
	switch s.shape {
	case isDuration:
		return durationHint
	case isCount:
		return "write a number such as 3"
	case isChoice:
		return "write " + strings.Join(s.choices, " or ")
	}
	return "write one value"
}

func (s shape) describe() string {
	switch s {
	case isDuration:
		return "a duration"
	case isCount:
		return "a number"
	}
	return "text"
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}

func (o object) find(key string) (field, bool) {
	for _, f := range o {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

func (o object) keys() []string {
	keys := make([]string, len(o))
	for i, f := range o {
		keys[i] = f.key
	}
	return keys
}

func (o object) suggest(key string) string {
	if slices.Contains(o.keys(), key+"_file") {
		return fmt.Sprintf("no secret stands here: write %q, a file whose first line it is", key+"_file")
	}
	if near := nearest(key, o.keys()); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(o.keys(), ", ")
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// parent is the key that holds this one, empty for one at the top.
func parent(key string) string {
	return key[:max(strings.LastIndexAny(key, ".["), 0)]
}
