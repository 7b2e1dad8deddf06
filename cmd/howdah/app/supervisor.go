package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"howdah/probe"
)

const (
	startTimeout = 10 * time.Second // for the child to say that it is ready
	stopTimeout  = 5 * time.Second  // for the child to end by itself
	maxDelay     = 5 * time.Minute  // between restarts in a crash loop
	steady       = time.Minute      // a child that lived this long was no crash loop
	tailLines    = 60               // of the child's log kept as evidence
)

// supervisor runs the mail server as a child process, tells of its exits and
// starts it again. The child binds its own sockets: a dead server must refuse,
// not accept and hang.
type supervisor struct {
	program  string // our own binary
	settings childSettings
	restart  bool // after an exit that nobody asked for
	delay    time.Duration
	log      *slog.Logger
	last     *lastExit
	onExit   func(probe.Exit) // an exit that nobody asked for, at once
	onReady  func()

	mu       sync.Mutex
	pid      int // 0 while it does not run
	stopping bool

	stop    chan struct{} // closed by Stop
	stopped chan struct{} // closed when run returned
}

// errSetup marks a first start that failed for a reason which a restart can't
// mend.
var errSetup = errors.New("mail server can't start")

// Start runs the child and keeps it running until Stop. It returns when the
// child is ready, or with errSetup when its settings can't work; when it fails
// otherwise the supervisor goes on trying and the error says so.
func (s *supervisor) Start() (childStatus, error) {
	s.stop = make(chan struct{})
	s.stopped = make(chan struct{})
	first := make(chan childStatus, 1)
	go s.run(first)
	st := <-first
	switch {
	case st.Ready:
		return st, nil
	case st.Setup:
		<-s.stopped
		return st, fmt.Errorf("%w: %s", errSetup, st.Error)
	}
	return st, errors.New(st.Error)
}

// Stop ends the child: it is asked, and after a while made to. It is safe to
// call twice.
func (s *supervisor) Stop() {
	s.mu.Lock()
	if !s.stopping {
		s.stopping = true
		close(s.stop)
	}
	s.mu.Unlock()
	<-s.stopped
}

// PID of the running child, 0 when there is none.
func (s *supervisor) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid
}

// run starts the child again and again. It holds one thread of the system for
// all its life, because the kernel ends the child with the thread that made it
// (PR_SET_PDEATHSIG, prctl(2)).
func (s *supervisor) run(first chan<- childStatus) {
	runtime.LockOSThread()
	defer close(s.stopped)
	delay := s.delay
	for crashes := 1; ; crashes++ {
		began := time.Now()
		st, exit := s.once(func(st childStatus) {
			if first != nil {
				first <- st
				first = nil
			}
		})
		if s.isStopping() {
			return
		}
		if st.Setup && crashes == 1 {
			return
		}
		if exit.Uptime = time.Since(began); exit.Uptime >= steady {
			delay, crashes = s.delay, 1
		}
		s.log.Error("mail server ended", "pid", exit.PID, "signal", exit.Signal, "code", exit.Code, "uptime", exit.Uptime.Round(time.Millisecond), "error", st.Error)
		if st.Ready {
			s.onExit(exit)
		}
		if !s.restart {
			s.log.Warn("mail server stays down: restart is never")
			<-s.stop
			return
		}
		if crashes >= 3 {
			s.log.Error("mail server is in a crash loop", "ends", crashes, "next_start_in", delay)
		}
		select {
		case <-s.stop:
			return
		case <-time.After(delay):
		}
		delay = min(2*delay, maxDelay)
	}
}

func (s *supervisor) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// once runs the child until it ends. started is called once, when the child
// said how its start went or ended without a word.
func (s *supervisor) once(started func(childStatus)) (childStatus, probe.Exit) {
	fail := func(err error) (childStatus, probe.Exit) {
		st := childStatus{Error: err.Error()}
		started(st)
		return st, probe.Exit{At: time.Now().UTC(), Source: probe.SourceExit, Code: -1}
	}
	settingsR, settingsW, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	defer settingsW.Close() // its end is the child's, too
	statusR, statusW, err := os.Pipe()
	if err != nil {
		settingsR.Close()
		return fail(err)
	}
	defer statusR.Close()
	logR, logW, err := os.Pipe()
	if err != nil {
		settingsR.Close()
		statusW.Close()
		return fail(err)
	}

	cmd := exec.Command(s.program, "mailserver", "--supervised") // #nosec G204 -- our own binary (os.Executable)
	cmd.Stdout, cmd.Stderr = logW, logW
	cmd.Env = append(os.Environ(), "GOTRACEBACK=all") // a panic says what all the others were doing
	cmd.ExtraFiles = []*os.File{settingsR, statusW}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Pdeathsig: syscall.SIGKILL, // a stopped process ignores all others
		Setpgid:   true,            // a terminal's ^C is ours to pass on
	}
	err = cmd.Start()
	settingsR.Close()
	statusW.Close()
	logW.Close()
	if err != nil {
		logR.Close()
		return fail(fmt.Errorf("start mail server: %w", err))
	}
	tail := newLogTail(logR, os.Stderr)
	s.mu.Lock()
	s.pid = cmd.Process.Pid
	s.mu.Unlock()

	ended := make(chan struct{})
	var status childStatus
	said := make(chan struct{})
	go func() {
		defer close(said)
		status = s.greet(settingsW, statusR)
		if status.Ready {
			s.onReady()
		} else {
			cmd.Process.Kill() // it may hang in its start; the next one may not
		}
		started(status)
	}()
	go s.endOnStop(cmd.Process, ended)
	err = cmd.Wait()
	at := time.Now().UTC()
	close(ended)
	s.last.note(cmd.ProcessState)
	s.mu.Lock()
	s.pid = 0
	s.mu.Unlock()
	<-said
	exit := probe.Exit{At: at, Source: probe.SourceExit, PID: cmd.Process.Pid, LogTail: tail.lines()}
	exit.Code, exit.Signal = howEnded(err)
	return status, exit
}

// greet hands the child its settings and reads its answer.
func (s *supervisor) greet(settings, status *os.File) childStatus {
	if err := json.NewEncoder(settings).Encode(s.settings); err != nil {
		return childStatus{Error: fmt.Sprintf("mail server took no settings: %v", err)}
	}
	if err := status.SetReadDeadline(time.Now().Add(startTimeout)); err != nil {
		return childStatus{Error: err.Error()}
	}
	line, err := bufio.NewReader(status).ReadBytes('\n')
	if err != nil {
		return childStatus{Error: "mail server did not start; its last lines are in the log"}
	}
	var st childStatus
	if err := json.Unmarshal(line, &st); err != nil {
		return childStatus{Error: fmt.Sprintf("mail server's answer makes no sense: %v", err)}
	}
	return st
}

// endOnStop asks the process to end when the supervisor is stopped, and kills
// it when it does not.
func (s *supervisor) endOnStop(p *os.Process, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-s.stop:
	}
	p.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(stopTimeout):
		s.log.Warn("mail server did not end when asked; killing it", "pid", p.Pid)
		p.Kill()
	}
}

func howEnded(err error) (code int, signal string) {
	var e *exec.ExitError
	if !errors.As(err, &e) {
		return 0, ""
	}
	if ws, ok := e.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return -1, ws.Signal().String()
	}
	return e.ExitCode(), ""
}
