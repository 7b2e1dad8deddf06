package mailserver

import "net"

// Loopback reports whether both ends of the connection are on this machine's
// loopback interface.
func Loopback(c net.Conn) bool {
	return loopback(c.RemoteAddr()) && loopback(c.LocalAddr())
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
