package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/demo"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// sandboxPeople gives an empty database some invented people, so that officers
// have something to look at.
func (p *program) sandboxPeople(ctx context.Context) error {
	held, err := p.store.HoldsPeople(ctx)
	if err != nil || held {
		return err
	}
	o := demo.Options{People: 300, Declarations: 400, Seed: 1, AsOf: core.DayOf(time.Now()), Province: p.c.province}
	people, err := demo.New(o)
	if err != nil {
		return fmt.Errorf("demo people: %w", err)
	}
	return fillDemo(ctx, p.store, people, o, demoFill{}, io.Discard)
}

// sandboxOfficers makes the demo officers, and tells them to the sandbox's page.
// Their passwords stand on that page, so they work only where the sandbox runs.
func (p *program) sandboxOfficers(ctx context.Context) ([]sandbox.Officer, error) {
	var shown []sandbox.Officer
	for _, o := range demo.Officers() {
		account, phc, err := p.store.OfficerBySignIn(ctx, o.SignIn)
		switch {
		case errors.Is(err, core.ErrNotFound):
			err = p.addDemoOfficer(ctx, o)
		case err == nil && account.Disabled && isDemoOfficer(ctx, o, phc):
			err = p.store.EnableOfficer(ctx, time.Now(), account.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("demo officers: %w", err)
		}
		shown = append(shown, sandbox.Officer{Name: o.Name, Duty: p.bundle.Text("vi", "admin.duty."+string(o.Duty), nil),
			Area: areaName(o.Area), SignIn: o.SignIn, Password: o.Password})
	}
	return shown, nil
}

// dismissDemoOfficers disables the accounts that a sandbox once made on this
// database: anybody can read their passwords in our own source.
func dismissDemoOfficers(ctx context.Context, s *store.Store) error {
	for _, o := range demo.Officers() {
		account, phc, err := s.OfficerBySignIn(ctx, o.SignIn)
		if errors.Is(err, core.ErrNotFound) || err == nil && (account.Disabled || !isDemoOfficer(ctx, o, phc)) {
			continue
		}
		if err == nil {
			err = s.DisableOfficer(ctx, time.Now(), account.ID)
		}
		if err != nil {
			return fmt.Errorf("demo officers: %w", err)
		}
		slog.Warn("an account of the sandbox was disabled", "officer", account.ID)
	}
	return nil
}

// isDemoOfficer tells an account of the sandbox from one of the same name with
// a password of its own.
func isDemoOfficer(ctx context.Context, o demo.Officer, phc string) bool {
	same, err := duty.Matches(ctx, o.Password, phc)
	return err == nil && same
}

func areaName(code string) string {
	if unit, ok := area.Get(code); ok {
		return unit.FullName
	}
	return code
}

func (p *program) addDemoOfficer(ctx context.Context, o demo.Officer) error {
	phc, err := duty.Hash(ctx, o.Password)
	if err != nil {
		return err
	}
	return p.store.AddOfficer(ctx, time.Now(), duty.Officer{ID: core.NewID(), Name: o.Name, SignIn: o.SignIn,
		Duty: o.Duty, Area: o.Area}, phc)
}
