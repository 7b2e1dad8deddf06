package app

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// A socket that a killed process left behind is replaced; one that is served
// and a file that is no socket are refused and left as they are.
func TestListenOnUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()
	l, err := listen("mailserver.listen.lmtp", "unix:"+path)
	if err != nil {
		t.Fatalf("a stale socket is in the way: %v", err)
	}
	if second, err := listen("mailserver.listen.lmtp", "unix:"+path); err == nil {
		second.Close()
		t.Error("a socket that is served was taken away")
	}
	l.Close()

	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := listen("mailserver.listen.lmtp", "unix:"+path); err == nil {
		l.Close()
		t.Error("a file was replaced by a socket")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}
