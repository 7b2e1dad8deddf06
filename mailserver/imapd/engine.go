package imapd

import (
	"fmt"
	"net"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// engine is a go-imap server that is handed connections one by one, because
// whether a login may be in the clear is decided for each of them, and go-imap
// decides it for a server.
type engine struct {
	srv   *imapserver.Server
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
	ended sync.Once
}

func newEngine(s *Server, insecureAuth bool) *engine {
	opts := &imapserver.Options{
		NewSession:   s.newSession,
		Caps:         capabilities(),
		Logger:       engineLog{s},
		InsecureAuth: insecureAuth,
	}
	if !s.opts.ImplicitTLS {
		opts.TLSConfig = s.opts.TLS
	}
	return &engine{srv: imapserver.New(opts), conns: make(chan net.Conn), done: make(chan struct{})}
}

func capabilities() imap.CapSet {
	return imap.CapSet{
		imap.CapIMAP4rev1:    {},
		imap.CapNamespace:    {},
		imap.CapUIDPlus:      {},
		imap.CapESearch:      {},
		imap.CapListExtended: {},
		imap.CapListStatus:   {},
		imap.CapMove:         {},
		imap.CapStatusSize:   {},
		imap.CapChildren:     {},
		imap.CapSpecialUse:   {},
	}
}

func (e *engine) start() {
	e.once.Do(func() { go e.srv.Serve(e) }) // ends, without an error, when e is closed
}

func (e *engine) take(c net.Conn) {
	select {
	case e.conns <- c:
	case <-e.done:
		c.Close()
	}
}

// Accept hands the next connection to go-imap.
func (e *engine) Accept() (net.Conn, error) {
	select {
	case c := <-e.conns:
		return c, nil
	case <-e.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept. go-imap's own Close is not used: it knows neither our
// connections that are still waiting nor how to say BYE.
func (e *engine) Close() error {
	e.ended.Do(func() { close(e.done) })
	return nil
}

// Addr has no meaning here; the type asks for it.
func (e *engine) Addr() net.Addr { return &net.TCPAddr{} }

// engineLog passes what go-imap logs on. It is about single connections and
// mostly their ends, hence the level.
type engineLog struct{ s *Server }

// Printf logs one line.
func (l engineLog) Printf(format string, args ...any) {
	l.s.log.Debug("imap engine", "event", fmt.Sprintf(format, args...))
}
