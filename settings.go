package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/flows"
)

// settings gives conversations the dated data of the day. It is read again
// every few seconds: a new rule must hold at the check-points at once, but not
// be asked for with every message.
type settings struct {
	c     config
	store *store.Store

	mu    sync.Mutex
	day   core.Day
	read  time.Time
	value flows.Setting
}

const settingsFresh = 10 * time.Second

func newSettings(c config, s *store.Store) *settings { return &settings{c: c, store: s} }

// at is the setting in force at a moment.
func (s *settings) at(ctx context.Context, now time.Time) (flows.Setting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	day := core.DayOf(now)
	if day == s.day && now.Sub(s.read).Abs() < settingsFresh {
		return s.value, nil
	}
	dated, err := s.store.Dated(ctx, day)
	if err != nil {
		return flows.Setting{}, err
	}
	lookBack, err := strconv.Atoi(dated["look_back_days"])
	if err != nil {
		return flows.Setting{}, fmt.Errorf("dated data: look_back_days on %s is no number", day)
	}
	notice, err := strconv.Atoi(dated["notice"])
	if err != nil {
		return flows.Setting{}, fmt.Errorf("dated data: notice on %s is no number", day)
	}
	if dated["disease"] == "" {
		return flows.Setting{}, fmt.Errorf("dated data: no disease on %s", day)
	}
	s.day, s.read = day, now
	s.value = flows.Setting{Province: s.c.province, Hotline: s.c.hotline, Disease: dated["disease"], LookBack: lookBack, Notice: notice,
		NoticeURL: s.c.publicURL + "/privacy", PublicURL: s.c.publicURL, CodeLifetime: s.c.limits.Lifetime,
		AskReligion: dated["ask_religion"] == "yes", AskVaccination: dated["ask_vaccination"] == "yes"}
	return s.value, nil
}

// notice is the version of the privacy notice in force.
func (s *settings) notice(ctx context.Context) (int, error) {
	now, err := s.at(ctx, time.Now())
	return now.Notice, err
}

// openStore opens the database and tells of a new key file, which is lost with
// all sealed rows if nobody keeps it.
func openStore(ctx context.Context, c config, out io.Writer) (*store.Store, error) {
	return store.Open(ctx, store.Options{URL: c.databaseURL, KeyFile: c.keyFile, OnNewKey: func(path string) {
		fmt.Fprintf(out, "A new key file was made: %s. Keep a copy apart from the database: without it the sealed rows are lost.\n", path)
	}})
}

// newLog writes JSON lines to standard error.
func newLog(c config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.logLevel)) // was checked with the settings
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
