package app

import (
	"context"
	"time"
)

const (
	// publishAfter gathers changes that come together.
	publishAfter = time.Second
	// publishRest keeps a long history from keeping the machine busy: after the
	// files were made, this many times as long they are not.
	publishRest = 10
	// publishAgain is how soon a folder that could not be written is tried.
	publishAgain = time.Minute
)

// publish keeps the site as files, where a folder for them is named, until the
// context ends. Trouble with the folder is told once until it is over, and is
// nobody's trouble but that of the files' readers.
func (in *instance) publish(ctx context.Context) {
	failing := false
	for {
		// Asked for before the files are made, so that no change goes by.
		snap, srv, dir := in.desk.Snapshot(), in.site.now.Load(), *in.files.Load()
		wait, replaced := publishAfter, snap.Replaced()
		if dir != "" {
			began := time.Now()
			err := srv.Export(dir)
			wait = max(wait, publishRest*time.Since(began))
			switch {
			case err != nil && !failing:
				in.Log.Error("the site can't be published as files; it is tried again every minute", "key", "publish.dir", "error", err)
			case err == nil && failing:
				in.Log.Info("the site is published as files again", "folder", dir)
			}
			if failing = err != nil; failing {
				wait, replaced = publishAgain, nil
			}
		}
		if replaced != nil {
			select {
			case <-ctx.Done():
				return
			case <-replaced:
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
