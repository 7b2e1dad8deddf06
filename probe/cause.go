package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// fault is why a step did not pass, in the words of a Reason.
type fault struct {
	cause  string
	detail string // for staff; may hold anything the server said
}

func (f *fault) Error() string {
	if f.detail == "" {
		return f.cause
	}
	return f.cause + ": " + f.detail
}

// verdictOf judges a failed step. What we could not ask, because of ourselves
// or of our resolver, says nothing about the target.
func verdictOf(phase, cause string) Verdict {
	switch cause {
	case "canceled", "local", "secret", "panic":
		return Inconclusive
	}
	if phase == "dns" && cause != "nxdomain" && cause != "bogus" && cause != "loop" {
		return Inconclusive
	}
	return Fail
}

// causeOf names what a network step ran into. ctx is that of the step: its end
// closes the socket, so it is asked before the error that this led to.
func causeOf(ctx context.Context, err error) string {
	if f := (*fault)(nil); errors.As(err, &f) {
		return f.cause
	}
	switch ctx.Err() {
	case context.Canceled:
		return "canceled"
	case context.DeadlineExceeded:
		return "timeout"
	}
	if cause := tlsCause(err); cause != "" {
		return cause
	}
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		switch {
		case dns.IsNotFound:
			return "nxdomain"
		case dns.IsTimeout:
			return "timeout"
		}
		return "tempfail"
	}
	for cause, list := range errnos {
		for _, errno := range list {
			if errors.Is(err, errno) {
				return cause
			}
		}
	}
	var timeout net.Error
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return "eof"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return "io"
}

// errnos are the kernel's words. The local ones are our own shortage or our
// own firewall. A socket that is not there is one that nobody listens on.
var errnos = map[string][]syscall.Errno{
	"refused":     {syscall.ECONNREFUSED, syscall.ENOENT},
	"reset":       {syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED},
	"unreachable": {syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN},
	"timeout":     {syscall.ETIMEDOUT},
	"local":       {syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.EACCES, syscall.EPERM},
}

// tlsCause names what went wrong with encryption; it is empty when err is not
// about encryption.
func tlsCause(err error) string {
	var (
		invalid   x509.CertificateInvalidError
		name      x509.HostnameError
		authority x509.UnknownAuthorityError
		roots     x509.SystemRootsError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &roots):
		return "local"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "cert_expired"
	case errors.As(err, &name):
		return "cert_name"
	case errors.As(err, &invalid), errors.As(err, &authority), errors.As(err, &verify):
		return "cert_chain"
	case errors.As(err, &record):
		return "proto"
	case errors.As(err, &alert):
		return "tls"
	}
	return ""
}
