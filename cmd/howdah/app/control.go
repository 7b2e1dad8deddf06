package app

import (
	"maps"
	"net/http"
)

// controlOps are the operations that the running instance carries out for the
// shell.
func (in *instance) controlOps() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{}
	for _, ops := range []map[string]http.HandlerFunc{
		newsroom{desk: in.desk, url: func() string { return *in.url.Load() }}.ops(),
		archive{desk: in.desk, facts: in.record}.ops(),
		watchroom{in.prober, in.watched.Load}.ops(),
	} {
		maps.Copy(all, ops)
	}
	return all
}
