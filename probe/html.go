package probe

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxFields bounds what a form may want to be sent back.
const maxFields = 100

// form is one of a web page, with what a browser sends when nobody has touched
// it but the button.
type form struct {
	action string // as the page has it; empty for the page itself
	fields []field
	pushed bool // its first button is among the fields
}

type field struct{ name, kind, value string }

// field is the one of that name; nil when there is none.
func (f *form) field(name string) *field {
	i := slices.IndexFunc(f.fields, func(x field) bool { return x.name == name })
	if i < 0 {
		return nil
	}
	return &f.fields[i]
}

// kind is the index of the first field of that kind, -1 when there is none.
func (f *form) kind(kind string) int {
	return slices.IndexFunc(f.fields, func(x field) bool { return x.kind == kind })
}

func (f *form) values() url.Values {
	v := url.Values{}
	for _, x := range f.fields {
		v.Add(x.name, x.value)
	}
	return v
}

// loginForm is the first form on the page that asks for a password; not ok when
// none does. The page is read as a row of tags and never as a tree, so that it
// costs no more than its length, however it is nested.
func loginForm(page []byte) (form, bool) {
	var f form
	inside, choice := false, -1 // the choice is the last field that is a select
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return f, inside && f.kind("password") >= 0
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "form" && inside {
				if f.kind("password") >= 0 {
					return f, true
				}
				inside = false
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			is := attributes(tag)
			switch {
			case tag.Data == "form" && !inside:
				f, inside, choice = form{action: is["action"]}, true, -1
			case !inside || len(f.fields) >= maxFields:
			case tag.Data == "select":
				choice = len(f.fields)
				f.fields = append(f.fields, field{is["name"], "select", ""})
			case tag.Data == "option" && choice >= 0:
				f.choose(choice, is)
			case tag.Data == "input" || tag.Data == "button":
				f.add(tag.Data, is)
			}
		}
	}
}

// choose takes the option that is selected, and until there is one the first.
func (f *form) choose(choice int, is map[string]string) {
	_, selected := is["selected"]
	if x := &f.fields[choice]; selected || x.kind == "select" {
		x.kind, x.value = "selected", is["value"]
	}
}

// add takes a field along, unless a browser would leave it out.
func (f *form) add(tag string, is map[string]string) {
	kind, given := is["type"]
	if kind = strings.ToLower(kind); !given {
		kind = map[string]string{"input": "text", "button": "submit"}[tag]
	}
	_, checked := is["checked"]
	_, disabled := is["disabled"]
	switch kind {
	case "checkbox", "radio":
		if !checked {
			return
		}
	case "submit":
		if f.pushed {
			return
		}
		f.pushed = true
	case "button", "image", "reset", "file":
		return
	}
	if is["name"] != "" && !disabled {
		f.fields = append(f.fields, field{is["name"], kind, is["value"]})
	}
}

// linkWith is the first link on the page whose address holds the text; empty
// when there is none.
func linkWith(page []byte, text string) string {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			if href := attributes(z.Token())["href"]; strings.Contains(href, text) {
				return href
			}
		}
	}
}

// titleOf is the text of the page's title.
func titleOf(page []byte) string {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) == "title" && z.Next() == html.TextToken {
				return strings.TrimSpace(string(z.Text()))
			}
		}
	}
}

// attributes are those of the tag; of two that are the same the first counts.
func attributes(tag html.Token) map[string]string {
	is := map[string]string{}
	for _, a := range tag.Attr {
		if _, twice := is[a.Key]; !twice {
			is[a.Key] = a.Val
		}
	}
	return is
}
