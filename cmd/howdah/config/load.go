package config

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

//go:embed reference.yaml
var reference []byte

// Example is a configuration file that sets every key to its default and says
// what it does.
func Example() []byte { return reference }

// Parse reads the text of a configuration file over the defaults. Relative
// paths in it are relative to the folder of name, which need not exist. The
// error is Errors and holds every mistake.
func Parse(name string, text []byte) (Config, error) {
	c, d := Default(), newDecoder(name)
	d.yaml(text, c.tree())
	c.resolve(filepath.Dir(name))
	return c, d.finish(c)
}

// Load reads the file, unless path is empty, over the defaults, and the
// environment, given as "NAME=value", over both: web.listen is
// HOWDAH_WEB_LISTEN, or the content of the file that HOWDAH_WEB_LISTEN_FILE
// names, without line breaks at its end. Lists are not set by the environment.
//
// Relative paths in the file are relative to its folder, also those that are
// left out; others are relative to the working directory. The error is Errors,
// with every mistake, unless the file could not be read.
func Load(path string, env []string) (Config, error) {
	c, d := Default(), newDecoder(path)
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("read configuration: %w", err)
		}
		d.yaml(text, c.tree())
		c.resolve(filepath.Dir(path))
	}
	d.environment(env, c.tree())
	return c, d.finish(c)
}

// resolve makes relative paths relative to the folder.
func (c *Config) resolve(folder string) {
	paths := []*string{&c.Data, &c.Site.Logo, &c.Site.CSS, &c.Publish.Dir, &c.Mailserver.TLS.Cert, &c.Mailserver.TLS.Key}
	for i := range c.Checks {
		paths = append(paths, &c.Checks[i].PasswordFile)
	}
	for i := range c.Canaries {
		paths = append(paths, &c.Canaries[i].PasswordFile, &c.Canaries[i].SubmitPasswordFile)
	}
	for i := range c.Modules {
		paths = append(paths, &c.Modules[i].PasswordFile)
	}
	for _, p := range paths {
		*p = within(folder, *p)
	}
	if path, ok := strings.CutPrefix(c.Mailserver.Listen.LMTP, UnixPrefix); ok {
		c.Mailserver.Listen.LMTP = UnixPrefix + within(folder, path)
	}
}

func within(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// finish looks for what is wrong with the whole and blames it on the lines
// that the keys were set on.
func (d *decoder) finish(c Config) error {
	validate(c.filled(), func(key, problem, hint string) {
		if !d.follows(key) {
			d.found = append(d.found, d.locate(Error{File: d.file, Key: key, Problem: problem, Hint: hint}))
		}
	})
	if len(d.found) == 0 {
		return nil
	}
	sort.SliceStable(d.found, func(i, j int) bool {
		a, b := d.found[i], d.found[j]
		if (a.File == "") != (b.File == "") {
			return b.File == "" // the environment comes behind the file
		}
		return a.Line < b.Line
	})
	return d.found
}

// follows reports whether a mistake with the key follows from one that was
// found while decoding.
func (d *decoder) follows(key string) bool {
	for k := key; k != ""; k = parent(k) {
		if d.broken[k] {
			return true
		}
	}
	if _, set := d.at[key]; !set {
		return d.unsure[parent(key)] // it may be there under the name that is wrong
	}
	return strings.HasSuffix(key, ".component") && d.broken["components"]
}

// locate finds where the key, or what it is in, was set.
func (d *decoder) locate(e Error) Error {
	for k := e.Key; k != ""; k = parent(k) {
		if at, ok := d.at[k]; ok {
			e.Line = at.line
			if at.variable != "" {
				e.File, e.Key = "", at.variable
			}
			break
		}
	}
	return e
}
