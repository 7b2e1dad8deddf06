package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrLocked is returned when another instance holds the data folder.
var ErrLocked = errors.New("another howdah is running on this data folder")

// folderLock holds a data folder for one instance. The kernel lets go of it
// when the process ends, however it ends, so a stale file locks nobody out.
type folderLock struct{ f *os.File }

// lockFolder makes the folder if need be (0700), proves that it can be written
// to and takes its lock.
func lockFolder(dir string) (*folderLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder %q can't be made: %w", dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "howdah.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder %q can't be written to: %w; give howdah another one with --data, or the right to this one", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder := make([]byte, 32)
		n, _ := f.ReadAt(holder, 0) // short by design
		f.Close()
		return nil, fmt.Errorf("data folder %q: %w (pid %s)", dir, ErrLocked, strings.TrimSpace(string(holder[:n])))
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, fmt.Errorf("data folder %q can't be written to: %w", dir, err)
	}
	if _, err := fmt.Fprintf(f, "%d\n", os.Getpid()); err != nil {
		f.Close()
		return nil, fmt.Errorf("data folder %q can't be written to: %w", dir, err)
	}
	return &folderLock{f: f}, nil
}

func (l *folderLock) release() error { return l.f.Close() }
