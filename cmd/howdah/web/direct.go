package web

import (
	"net/http"
	"net/netip"
)

// passedOn are the headers by which a proxy says that it asks for somebody
// else.
var passedOn = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

// direct reports whether a program on this machine asks, and not through a
// proxy on it: whoever is behind one could be anybody, whatever the proxy or
// the asker says.
func direct(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return false
	}
	for _, h := range passedOn {
		if _, ok := r.Header[h]; ok {
			return false
		}
	}
	return true
}

// forThisMachine refuses everybody else. key is that of the configuration which
// decides about it.
func forThisMachine(h http.Handler, key string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !direct(r) {
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "only for programs on this machine that ask directly; see "+key, http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}
