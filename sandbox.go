package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"khaibao/bots/sandbox"
	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/demo"
	"khaibao/core/duty"
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
	return fillDemo(ctx, p.store, people, o, false, io.Discard)
}

// sandboxOfficers makes the demo officers, once, and tells them to the
// sandbox's page. Their passwords stand on that page, so they exist only
// where the sandbox runs.
func (p *program) sandboxOfficers(ctx context.Context) ([]sandbox.Officer, error) {
	var shown []sandbox.Officer
	for _, o := range demo.Officers() {
		_, _, err := p.store.OfficerBySignIn(ctx, o.SignIn)
		if errors.Is(err, core.ErrNotFound) {
			err = p.addDemoOfficer(ctx, o)
		}
		if err != nil {
			return nil, fmt.Errorf("demo officers: %w", err)
		}
		shown = append(shown, sandbox.Officer{Name: o.Name, Duty: p.bundle.Text("vi", "admin.duty."+string(o.Duty), nil),
			Area: areaName(o.Area), SignIn: o.SignIn, Password: o.Password})
	}
	return shown, nil
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
