// Package test runs the whole product from outside: the built binary, real
// clients, real failures.
package test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// program is the built binary.
var program string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "howdah-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "howdah")
	build := exec.Command("go", "build", "-o", program, "../cmd/howdah")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build howdah:", err)
		return 1
	}
	return m.Run()
}

// TestScripts runs the scenarios in testdata/script as a person at a shell
// would.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"expand":    expand,
			"ready":     ready,
			"terminate": terminate,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("HOME", env.WorkDir)
			for i := range 6 {
				env.Setenv(fmt.Sprintf("PORT%d", i+1), fmt.Sprint(freePort(t)))
			}
			return nil
		},
	})
}

// expand replaces $VARIABLES in files of a script.
func expand(ts *testscript.TestScript, _ bool, files []string) {
	for _, f := range files {
		ts.Check(os.WriteFile(ts.MkAbs(f), []byte(os.Expand(ts.ReadFile(f), ts.Getenv)), 0o600))
	}
}

// ready waits until the page on a port answers.
func ready(ts *testscript.TestScript, _ bool, args []string) {
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get("http://127.0.0.1:" + args[0] + "/healthz")
		if err == nil {
			resp.Body.Close()
			return
		}
	}
	ts.Fatalf("nothing answers on port %s", args[0])
}

// terminate ends the process whose pid is in a file.
func terminate(ts *testscript.TestScript, _ bool, args []string) {
	pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, syscall.SIGTERM))
}

// need says that the test runs a program of the system. Without it the test is
// skipped, or fails where the program must be there.
func need(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	skip(t, name+" is not installed; test/install does it")
	return ""
}

// skip skips the test, or fails it where nothing may be skipped.
func skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("HOWDAH_TEST_REQUIRE") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// long is for tests that take many minutes and are run by hand.
func long(t testing.TB) {
	t.Helper()
	if os.Getenv("HOWDAH_TEST_LONG") == "" {
		t.Skip("takes many minutes; make crash and make soak run it")
	}
}
