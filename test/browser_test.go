package test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// chromium runs the browser without a window, to its end, and returns what it
// printed.
func chromium(t testing.TB, args ...string) string {
	t.Helper()
	path := need(t, "chromium")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	profile, err := os.MkdirTemp("", "browser-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	args = append([]string{"--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
		"--user-data-dir=" + profile}, args...)
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // it refuses root with one
	}
	cmd := exec.CommandContext(ctx, path, args...)
	// A browser is many processes; all of them end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium %s: %v\n%s", strings.Join(args, " "), err, &said)
	}
	return string(out)
}

// shoot takes a picture of a page, which must show more than a few colours. In
// the folder that HOWDAH_TEST_PICTURES names it is kept for people to look at.
func shoot(t testing.TB, name, page string, width, height int, args ...string) image.Image {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.png")
	chromium(t, append(args, "--screenshot="+file, fmt.Sprintf("--window-size=%d,%d", width, height), page)...)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("picture of %s: %v", page, err)
	}
	if size := picture.Bounds().Size(); size != image.Pt(width, height) {
		t.Errorf("picture of %s is %v, want %dx%d", page, size, width, height)
	}
	colours := map[any]bool{}
	for y := range height {
		for x := range width {
			colours[picture.At(x, y)] = true
		}
	}
	if len(colours) < 20 {
		t.Errorf("picture of %s has only %d colours", page, len(colours))
	}
	if dir := os.Getenv("HOWDAH_TEST_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, t.Name()+" "+name+".png"), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return picture
}

// lightness is that of a picture's upper left corner, 0 to 1.
func lightness(p image.Image) float64 {
	r, g, b, _ := p.At(p.Bounds().Min.X+1, p.Bounds().Min.Y+1).RGBA()
	return float64(r+g+b) / (3 * 0xffff)
}

// window shows pages in a frame of any width, narrower than a browser's window
// can be, and without JavaScript. It stands in for the instance's address and
// lifts the ban on framing, nothing else of the policy.
func window(t testing.TB, in *instance) string {
	t.Helper()
	to, err := url.Parse(in.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		policy := r.Header.Get("Content-Security-Policy")
		r.Header.Set("Content-Security-Policy", strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1))
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("/", proxy)
	mux.HandleFunc("/window", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, windowPage, r.FormValue("width"), r.FormValue("height"), r.FormValue("page"))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL + "/window"
}

// The frame's sandbox turns scripts off in it, not in the page around it.
const windowPage = `<!doctype html><meta name="color-scheme" content="light dark"><title>window</title>
<style>body{margin:0} iframe{border:0;display:block;width:%spx;height:%spx}</style>
<iframe sandbox="allow-same-origin" src="%s"></iframe><script id="seen" type="application/json"></script>
<script>
onload = () => {
	const frame = document.querySelector("iframe"), doc = frame.contentDocument, root = doc.documentElement
	const wide = [...doc.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5)
	document.getElementById("seen").textContent = JSON.stringify({
		headline: doc.querySelector("h1")?.innerText ?? "", text: doc.body.innerText,
		styled: doc.styleSheets.length > 0, width: root.clientWidth, scrollWidth: root.scrollWidth, height: root.scrollHeight,
		wide: wide.map(e => e.tagName + "." + e.className),
	}).replaceAll("<", "\\u003c")
}
</script>`

// seen is what a browser makes of a page.
type seen struct {
	Headline, Text             string
	Styled                     bool // the policy let the style sheet in
	Width, ScrollWidth, Height int
	Wide                       []string // elements that reach beyond the right edge
}

// look lays a page out at a width.
func look(t testing.TB, window, page string, width int) seen {
	t.Helper()
	dom := chromium(t, "--dump-dom", fmt.Sprintf("%s?width=%d&height=800&page=%s", window, width, url.QueryEscape(page)))
	_, rest, _ := strings.Cut(dom, `type="application/json">`)
	text, _, _ := strings.Cut(rest, "</script>")
	return decode[seen](t, text)
}

// fits fails unless the page has its style and needs no sideways scrolling.
func (s seen) fits(t testing.TB, page string, width int) {
	t.Helper()
	if !s.Styled {
		t.Errorf("%s came without its style sheet", page)
	}
	if s.Width != width || s.ScrollWidth > width {
		t.Errorf("%s is %d px wide in a window of %d: %q", page, s.ScrollWidth, s.Width, s.Wide)
	}
}

// In a real browser without JavaScript, on a phone and on a desk, by day and by
// night: the pages say what they must and fit.
func TestBrowser(t *testing.T) {
	t.Parallel()
	need(t, "chromium")
	in := start(t, "  restart_delay: 200ms\ndetection: {publish_after: 0s, recover: 1, recover_over: 0s, quiet_period: 1h}")
	works := func() bool { return in.summary().Status.Indicator == "none" && in.checked() }
	for n := range 2 {
		in.within(60*time.Second, "everything works", works)
		in.signal(syscall.SIGKILL)
		in.within(5*time.Second, "the outage is in the thread", func() bool {
			all := in.incidents()
			return len(all) == 1 && len(all[0].Outages) == n+1
		})
	}
	in.within(60*time.Second, "everything works again", works)
	it := in.incidents()[0]
	path := strings.TrimPrefix(it.Shortlink, in.url)
	window := window(t, in)

	for _, page := range []struct{ name, path, headline, text string }{
		{"front", "/", "Working again", it.Name},
		{"incident", path, it.Name, "Working again"},
	} {
		for _, width := range []int{320, 1280} {
			got := look(t, window, page.path, width)
			if !strings.Contains(got.Headline, page.headline) {
				t.Errorf("%s: headline %q, want %q in it", page.path, got.Headline, page.headline)
			}
			if !strings.Contains(got.Text, page.text) {
				t.Errorf("%s does not say %q", page.path, page.text)
			}
			got.fits(t, page.path, width)
			for scheme, args := range map[string][]string{
				"light": {"--blink-settings=preferredColorScheme=1"},
				"dark":  {"--blink-settings=preferredColorScheme=0"},
			} {
				name := fmt.Sprintf("%s %d %s", page.name, width, scheme)
				shown := fmt.Sprintf("%s?width=%d&height=%d&page=%s", window, width, got.Height, url.QueryEscape(page.path))
				light := lightness(shoot(t, name, shown, width, got.Height, args...))
				if (light > 0.5) != (scheme == "light") {
					t.Errorf("%s, %d px: lightness %.2f in %s", page.path, width, light, scheme)
				}
			}
		}
	}
	today := "/history/" + time.Now().UTC().Format(time.DateOnly)
	for _, page := range []string{"/history", today[:len("/history/2006-01")], today, "/components/imap", "/subscribe"} {
		for _, width := range []int{320, 640} {
			look(t, window, page, width).fits(t, page, width)
		}
	}
}
