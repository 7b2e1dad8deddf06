package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// The file beside the program, named as it is and ".clock", says how many
// seconds the clock is off, and may be written at any time.
func init() {
	program, err := os.Executable()
	if err != nil {
		panic(err)
	}
	go func() {
		for ; ; time.Sleep(10 * time.Millisecond) {
			text, err := os.ReadFile(program + ".clock")
			if err != nil {
				continue
			}
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
				time.Skew.Store(n)
			}
		}
	}()
}
