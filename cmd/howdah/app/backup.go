package app

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"howdah/db/sqlite"
)

// A backup is a tar file: first manifest.json, which names every other file
// with its size and SHA-256, then those files. Databases are copies made by
// VACUUM INTO, each consistent in itself, also while they are in use.

const (
	manifestName   = "manifest.json"
	manifestFormat = 1
	manifestLimit  = 16 << 20 // bytes
)

type manifest struct {
	Format    int            `json:"format"`
	Version   string         `json:"version"` // of the program that made it
	CreatedAt time.Time      `json:"created_at"`
	Files     []manifestFile `json:"files"`
}

type manifestFile struct {
	Name   string `json:"name"` // slash-separated, below the data folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// belongs reports whether a file of a data folder is part of a backup. Nothing
// else is written or read, whatever an archive says.
func belongs(name string) bool {
	dir, base := filepath.Split(filepath.FromSlash(name))
	switch {
	case !filepath.IsLocal(filepath.FromSlash(name)):
		return false
	case dir == "":
		return base == "howdah.db" || strings.HasSuffix(base, ".password")
	case dir == "mail/":
		return strings.HasSuffix(base, ".db")
	case dir == "tls/":
		return strings.HasSuffix(base, ".pem")
	}
	return false
}

// Backup writes everything in the data folder to a new file (0600), also while
// an instance runs on it, and returns how many bytes it has. Each database is
// checked before it goes in. The file is complete and on disk on return; on an
// error there is none.
func Backup(ctx context.Context, data, file, version string) (size int64, err error) {
	if _, err := os.Lstat(file); err == nil {
		return 0, fmt.Errorf("backup: %q exists; name a new file", file)
	}
	names, err := backedUp(data)
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(file), ".howdah-backup-*")
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(work)

	m := manifest{Format: manifestFormat, Version: version, CreatedAt: time.Now().UTC()}
	for _, name := range names {
		from, to := filepath.Join(data, filepath.FromSlash(name)), filepath.Join(work, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return 0, fmt.Errorf("backup: %w", err)
		}
		if strings.HasSuffix(name, ".db") {
			err = sqlite.Copy(ctx, from, to)
		} else {
			err = copyFile(from, to)
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue // an account that was removed meanwhile
		}
		if err != nil {
			return 0, fmt.Errorf("backup of %q: %w", name, err)
		}
		f, err := describe(work, name)
		if err != nil {
			return 0, fmt.Errorf("backup of %q: %w", name, err)
		}
		m.Files = append(m.Files, f)
	}
	archive := filepath.Join(work, "archive.tar")
	if err := pack(archive, work, m); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	st, err := os.Stat(archive)
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(archive, file); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	return st.Size(), sqlite.SyncFolder(filepath.Dir(file))
}

// backedUp lists a data folder's files by name.
func backedUp(data string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(data, path)
		if err == nil && d.Type().IsRegular() && belongs(filepath.ToSlash(rel)) {
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err == nil && !slices.Contains(names, "howdah.db") {
		err = fmt.Errorf("data folder %q holds no howdah.db", data)
	}
	return names, err
}

func describe(root, name string) (manifestFile, error) {
	f, err := os.Open(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return manifestFile{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return manifestFile{Name: name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// pack writes the archive; it is on disk on return.
func pack(archive, root string, m manifest) error {
	out, err := os.OpenFile(archive, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	w := tar.NewWriter(out)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	add := func(name string, size int64, r io.Reader) error {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: m.CreatedAt, Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err := io.Copy(w, r)
		return err
	}
	if err := add(manifestName, int64(len(text)), strings.NewReader(string(text))); err != nil {
		return err
	}
	for _, f := range m.Files {
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		in, err := os.Open(path)
		if err != nil {
			return err
		}
		err = add(f.Name, f.Size, in)
		in.Close()
		if err == nil {
			err = os.Remove(path) // the archive has it; the disk may be small
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), out.Sync(), out.Close())
}

// Restore makes a data folder of a backup. The folder must be missing or
// empty; it appears whole and on disk, or not at all.
func Restore(ctx context.Context, data, file string) (files int, err error) {
	if left, err := os.ReadDir(data); err == nil && len(left) > 0 {
		return 0, fmt.Errorf("restore: data folder %q is not empty; move it away or name another with --data", data)
	}
	in, err := os.Open(file)
	if err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(data), 0o700); err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(data), ".howdah-restore-*")
	if err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	defer os.RemoveAll(work) // nothing once it was renamed
	m, err := unpack(ctx, in, work)
	if err != nil {
		return 0, fmt.Errorf("restore %q: %w", file, err)
	}
	if err := os.Remove(data); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("restore: %w", err)
	}
	if err := os.Rename(work, data); err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	return len(m.Files), sqlite.SyncFolder(filepath.Dir(data))
}

// unpack writes the files of an archive below root and verifies each of them.
func unpack(ctx context.Context, archive io.Reader, root string) (manifest, error) {
	var m manifest
	r := tar.NewReader(archive)
	h, err := r.Next()
	if err != nil || h.Name != manifestName {
		return m, errors.New("not a backup made by howdah")
	}
	if err := json.NewDecoder(io.LimitReader(r, manifestLimit)).Decode(&m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestName, err)
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf("format %d, made by howdah %q; this version reads format %d", m.Format, m.Version, manifestFormat)
	}
	for _, want := range m.Files {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		if !belongs(want.Name) {
			return m, fmt.Errorf("%q has no place in a data folder", want.Name)
		}
		h, err := r.Next()
		if err != nil {
			return m, fmt.Errorf("%q is missing: %w", want.Name, err)
		}
		if h.Name != want.Name || h.Typeflag != tar.TypeReg || h.Size != want.Size {
			return m, fmt.Errorf("%q is not what %s says", h.Name, manifestName)
		}
		if err := unpackFile(r, root, want); err != nil {
			return m, fmt.Errorf("%q: %w", want.Name, err)
		}
		if strings.HasSuffix(want.Name, ".db") {
			if err := sqlite.Check(ctx, filepath.Join(root, filepath.FromSlash(want.Name))); err != nil {
				return m, fmt.Errorf("%q: %w", want.Name, err)
			}
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("more follows than %s says", manifestName)
	}
	return m, nil
}

func unpackFile(r io.Reader, root string, want manifestFile) error {
	path := filepath.Join(root, filepath.FromSlash(want.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), r)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != want.SHA256 {
		return errors.New("its bytes are not those that were backed up")
	}
	return nil
}
