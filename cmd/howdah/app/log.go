package app

import (
	"io"
	"log/slog"

	"howdah/cmd/howdah/config"
)

// NewLog makes the log that the configuration asks for.
func NewLog(to io.Writer, c config.Log) *slog.Logger {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.Level == config.Debug {
		o.Level = slog.LevelDebug
	}
	if c.Format == config.JSON {
		return slog.New(slog.NewJSONHandler(to, o))
	}
	return slog.New(slog.NewTextHandler(to, o))
}
