package smtpd

import "time"

// limits bound what a client can take of the server.
type limits struct {
	conns      int
	perAddress int           // connections; not for unix sockets
	recipients int           // of one message
	mistakes   int           // commands that are none, until a message is delivered
	refusals   int           // commands that were answered with an error, likewise
	silence    time.Duration // before a command is complete, and between two parts of a message
	session    time.Duration // from the greeting or the last message delivered
	write      time.Duration // of one reply
	handshake  time.Duration
	linger     time.Duration // for the client to read why it was cut off
}

func defaultLimits() limits {
	return limits{
		conns:      500,
		perAddress: 50,
		recipients: 100,
		mistakes:   3,
		refusals:   1000,
		silence:    5 * time.Minute, // RFC 5321, section 4.5.3.2.7
		session:    10 * time.Minute,
		write:      time.Minute,
		handshake:  30 * time.Second,
		linger:     2 * time.Second,
	}
}

const (
	bufferSize     = 16 << 10
	maxCommand     = 4096    // octets of a command line; RFC 5321 and its extensions need less
	maxLine        = 1 << 20 // of a line of a message: far above RFC 5322's 998, which senders exceed
	maxHeader      = 256 << 10
	maxHeaderLines = 10000
	maxReceived    = 100       // RFC 5321, section 6.3
	inMemory       = 256 << 10 // of a message on its way; what is larger lies in a file
)
