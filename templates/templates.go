// Package templates makes pages: one html/template file and one Go struct a
// page. The structs hold what is shown, in words and in the order in which it
// is shown; a template decides nothing but markup.
//
// Everything that people wrote reaches a page as plain strings and is escaped
// by html/template. Only the style sheet and the icon, which are ours, pass
// as they are.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed *.html
var files embed.FS

// shared are the files that belong to every page.
var shared = []string{"layout.html", "parts.html", "past.html"}

// Page is one of this package's page structs.
type Page interface{ file() string }

func (Front) file() string           { return "front.html" }
func (Incident) file() string        { return "incident.html" }
func (History) file() string         { return "history.html" }
func (ComponentPage) file() string   { return "component.html" }
func (MonthPage) file() string       { return "month.html" }
func (DayPage) file() string         { return "day.html" }
func (MaintenancePage) file() string { return "maintenance.html" }
func (Problem) file() string         { return "problem.html" }
func (Subscribe) file() string       { return "subscribe.html" }
func (Embed) file() string           { return "embed.html" }

// declared holds each page once; a file that it does not lead to fails the
// tests.
var declared = []Page{Front{}, Incident{}, History{}, ComponentPage{}, MonthPage{}, DayPage{}, MaintenancePage{}, Problem{}, Subscribe{}, Embed{}}

// parsed is complete before main begins and never written to again, so Render
// may be called from any goroutine. A template that does not parse stops the
// program at its start.
var parsed = parse()

func parse() map[string]*template.Template {
	base := template.Must(template.New("").Funcs(template.FuncMap{"unbroken": unbroken}).ParseFS(files, shared...))
	pages := make(map[string]*template.Template, len(declared))
	for _, p := range declared {
		t := template.Must(base.Clone())
		pages[p.file()] = template.Must(t.ParseFS(files, p.file()))
	}
	return pages
}

// Render writes the page as HTML. It writes all of it or, when it returns an
// error of the template, nothing.
func Render(w io.Writer, p Page) error {
	t, ok := parsed[p.file()]
	if !ok {
		return fmt.Errorf("render %q: page is not declared", p.file())
	}
	var buf bytes.Buffer
	if err := t.ExecuteTemplate(&buf, "layout", p); err != nil {
		return fmt.Errorf("render %q: %w", p.file(), err)
	}
	_, err := buf.WriteTo(w)
	return err
}
