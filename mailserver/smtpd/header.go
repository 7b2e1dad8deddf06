package smtpd

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/emersion/go-smtp"
)

var (
	errHeaderTooBig = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Header is too big"}
	errLoop         = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 4, 6}, Message: "Too many Received lines: this message goes round in circles"}
)

// checkHeader refuses a header that has been here too often, or that would
// take those who parse it later too long.
func checkHeader(message io.Reader) error {
	r := bufio.NewReaderSize(io.LimitReader(message, maxHeader+1), bufferSize)
	size, lines, received, within := 0, 0, 0, false
	for {
		part, err := r.ReadSlice('\n')
		size += len(part)
		if size > maxHeader || lines > maxHeaderLines {
			return errHeaderTooBig
		}
		if !within {
			lines++
			if bytes.Equal(part, []byte("\r\n")) {
				return nil
			}
			if name, _, ok := bytes.Cut(part, []byte(":")); ok && bytes.EqualFold(bytes.TrimRight(name, " \t"), []byte("Received")) {
				received++
			}
			if received > maxReceived {
				return errLoop
			}
		}
		within = errors.Is(err, bufio.ErrBufferFull) // the line goes on
		switch {
		case err == nil, within:
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
}
