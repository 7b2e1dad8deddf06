package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// webmail is a site served by PHP's own server, on loopback, in front of an
// IMAP server.
type webmail struct {
	*daemon
	port int
}

// startPHP serves a folder. It ends with the test.
func startPHP(t testing.TB, dir, root string, env []string, settings ...string) *webmail {
	t.Helper()
	w := &webmail{port: freePort(t)}
	args := append([]string{need(t, "env")}, env...)
	args = append(args, need(t, "php"), "-d", "session.save_path="+dir, "-d", "default_socket_timeout=20")
	args = append(args, settings...)
	w.daemon = &daemon{t: t, dir: dir, args: append(args, "-S", fmt.Sprintf("127.0.0.1:%d", w.port), "-t", root)}
	w.start()
	t.Cleanup(func() {
		w.stop()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("php printed:\n%s%s", w.out, log)
		}
	})
	return w
}

// start runs the server, also again, and waits until it takes connections.
func (w *webmail) start() {
	w.t.Helper()
	w.daemon.start()
	within(w.t, 10*time.Second, "php takes connections", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", w.port))
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
}

// installed says that the test runs a site of the system.
func installed(t testing.TB, dir string) string {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		skip(t, dir+" is not installed; test/install does it")
	}
	return dir
}

// startRoundcube runs a Roundcube with a database of its own.
func startRoundcube(t testing.TB, imapPort int) *webmail {
	t.Helper()
	root := installed(t, "/var/lib/roundcube/public_html")
	dir := scratch(t)
	for _, name := range []string{"defaults.inc.php", "mimetypes.php"} {
		if err := os.Symlink(filepath.Join("/etc/roundcube", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	writeConfig(t, filepath.Join(dir, "config.inc.php"), roundcubeConf, dir, imapPort)
	const fill = `$d = new PDO("sqlite:$argv[1]/db"); $d->exec(file_get_contents("/usr/share/roundcube/SQL/sqlite.initial.sql"));`
	if _, err := output(exec.Command(need(t, "php"), "-r", fill, dir)); err != nil {
		t.Fatal(err)
	}
	return startPHP(t, dir, root, []string{"ROUNDCUBE_CONFIG_DIR=" + dir})
}

const roundcubeConf = `<?php
$config['db_dsnw'] = 'sqlite:///DIR/db?mode=0640';
$config['imap_host'] = '127.0.0.1:IMAP_PORT';
$config['des_key'] = 'for-a-test-of-24-bytes-.';
$config['temp_dir'] = 'DIR';
$config['log_dir'] = 'DIR';
$config['plugins'] = [];
$config['login_rate_limit'] = 100;
`

// startHorde runs a Horde in which IMP logs people in, without a database.
func startHorde(t testing.TB, imapPort int) *webmail {
	t.Helper()
	installed(t, "/usr/share/horde/imp")
	dir := scratch(t)
	root := filepath.Join(dir, "www")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	horde := filepath.Join(root, "horde")
	// It finds its configuration below itself, where Debian has links to /etc.
	for _, pair := range [][2]string{
		{"/usr/share/horde", horde},
		{"/etc/horde/horde", filepath.Join(horde, "config")},
		{"/etc/horde/imp", filepath.Join(horde, "imp/config")},
		{"/var/cache/horde/static", filepath.Join(horde, "static")},
	} {
		if err := os.RemoveAll(pair[1]); err != nil {
			t.Fatal(err)
		}
		if _, err := output(exec.Command("cp", "-R", pair[0], pair[1])); err != nil {
			t.Fatal(err)
		}
	}
	writeConfig(t, filepath.Join(horde, "config/conf.php"), hordeConf, dir, imapPort)
	writeConfig(t, filepath.Join(horde, "imp/config/conf.php"), impConf, dir, imapPort)
	writeConfig(t, filepath.Join(horde, "imp/config/backends.local.php"), impBackends, dir, imapPort)
	return startPHP(t, dir, root, nil, "-d", "display_errors=0")
}

const hordeConf = `<?php
$conf['debug_level'] = 0;
$conf['max_exec_time'] = 0;
$conf['compress_pages'] = false;
$conf['secret_key'] = 'for a test';
$conf['umask'] = 077;
$conf['testdisable'] = true;
$conf['use_ssl'] = 2;
$conf['server'] = ['name' => $_SERVER['SERVER_NAME'], 'port' => $_SERVER['SERVER_PORT']];
$conf['urls'] = ['token_lifetime' => 30, 'hmac_lifetime' => 30, 'pretty' => false];
$conf['session'] = ['name' => 'Horde', 'use_only_cookies' => true, 'timeout' => 0, 'cache_limiter' => 'nocache', 'max_time' => 72000];
$conf['cookie'] = ['domain' => '', 'path' => '/'];
$conf['auth'] = ['admins' => [], 'checkip' => true, 'checkbrowser' => true, 'driver' => 'application', 'params' => ['app' => 'imp']];
$conf['log'] = ['enabled' => true, 'type' => 'file', 'name' => 'DIR/log', 'priority' => 'INFO', 'ident' => 'HORDE', 'params' => ['append' => true]];
$conf['cache'] = ['driver' => 'Null', 'compress' => false, 'params' => [], 'default_lifetime' => 86400];
$conf['cachecss'] = $conf['cachejs'] = $conf['cachethemes'] = false;
$conf['prefs'] = ['driver' => 'Session', 'params' => []];
$conf['lock']['driver'] = $conf['token']['driver'] = $conf['history']['driver'] = $conf['perms']['driver'] = 'Null';
$conf['group']['driver'] = 'Mock';
$conf['vfs'] = ['type' => 'Null', 'params' => []];
$conf['sessionhandler'] = ['type' => 'Builtin', 'hashtable' => false, 'params' => []];
$conf['mailer'] = ['type' => 'null', 'params' => []];
$conf['sql']['phptype'] = $conf['nosql']['phptype'] = $conf['image']['driver'] = $conf['alarms']['driver'] = false;
$conf['hashtable']['driver'] = 'none';
$conf['tmpdir'] = 'DIR';
$conf['accounts']['driver'] = 'null';
$conf['activesync']['enabled'] = $conf['imsp']['enabled'] = $conf['kolab']['enabled'] = $conf['ldap']['useldap'] = false;
$conf['portal']['fixed_blocks'] = $conf['safe_ips'] = [];
$conf['menu'] = ['always' => false, 'links' => ['help' => 'never', 'prefs' => 'never', 'problem' => 'never', 'login' => 'never', 'logout' => 'authenticated']];
$conf['user'] = ['change_password' => false, 'verify_from_addr' => false, 'select_view' => true];
$conf['nobase64_img'] = true;
$conf['timezone']['location'] = '';
$conf['urlshortener'] = $conf['weather']['provider'] = $conf['facebook']['enabled'] = $conf['twitter']['enabled'] = false;
$conf['openssl'] = ['path' => '', 'cafile' => ''];
`

const impConf = `<?php
$conf['user']['allow_view_source'] = true;
$conf['server']['server_list'] = 'none';
$conf['compose'] = ['use_vfs' => false, 'link_attachments' => false, 'attach_size_limit' => 0, 'attach_count_limit' => 0,
	'reply_limit' => 200000, 'ac_threshold' => 3, 'htmlsig_img_size' => 0];
$conf['maillog']['driver'] = 'none';
$conf['sentmail']['driver'] = 'Null';
$conf['contactsimage']['backends'] = [];
$conf['tasklist']['use_tasklist'] = $conf['notepad']['use_notepad'] = false;
`

const impBackends = `<?php
$servers['imap'] = ['name' => 'IMAP', 'hostspec' => '127.0.0.1', 'port' => IMAP_PORT, 'protocol' => 'imap', 'secure' => false, 'hordeauth' => false];
`

// writeConfig writes a configuration with the folder and the port of IMAP in
// their places.
func writeConfig(t testing.TB, file, text, dir string, imapPort int) {
	t.Helper()
	text = strings.NewReplacer("DIR", dir, "IMAP_PORT", fmt.Sprint(imapPort)).Replace(text)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
