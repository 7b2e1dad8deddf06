// Package config is Howdah's configuration: one YAML file, then the
// environment. It is strict. A key that is not known, a value of the wrong
// kind and a name that nothing carries are errors, and every mistake of a file
// is reported at once, with its line.
//
// A Config holds no secret. Passwords are named by the files that hold them
// and read when they are needed, so a Config is safe to print and to log.
package config
