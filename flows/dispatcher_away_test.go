package flows_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"khaibao/core/channel"
	"khaibao/core/store/storetest"
	"khaibao/flows"
)

// While the database is away each network must hear so within the time it
// waits (Twilio 15 s), however many stand at the door; and everything flows
// again by itself.
func TestManyAtTheDoorWhileTheDatabaseIsAway(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "khaibao.db")
	s := storetest.Open(t, database)
	d := flows.New(flows.Options{Store: s, Setting: fixedSetting, Now: func() time.Time { return noon },
		Features: map[string]channel.Features{"sms": {Plain: true, Proven: true, MaxText: 160}}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { d.Run(ctx, 1); close(ended) }() // as the program does on SQLite
	defer func() { cancel(); <-ended }()
	release := storetest.NewLook(t, database).Hold()
	began := time.Now()
	var wg sync.WaitGroup
	for i := range 300 { // three groups
		wg.Go(func() {
			if err := d.Take(t.Context(), sms(i, fmt.Sprintf("+8490000%04d", i), "KB")); !errors.Is(err, channel.ErrUnavailable) {
				t.Errorf("message %d: %v, want \"come again\"", i, err)
			}
		})
	}
	wg.Wait()
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the last network was answered after %v", took)
	}
	release()
	if err := d.Take(t.Context(), sms(0, "+84900000000", "KB")); err != nil {
		t.Fatalf("after the outage: %v", err)
	}
	if messages, _ := answered(t, s); messages != 1 {
		t.Errorf("%d messages were answered, want the one that came again", messages)
	}
}

// A database that hangs longer than it may (a machine that is starved, a
// rollback that nobody answers) must not hold a network until it hangs up: it
// would hear nothing, and some never send again.
func TestNobodyWaitsLongerThanNetworksDo(t *testing.T) {
	s := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		d := flows.New(flows.Options{Store: s, Now: func() time.Time { return noon },
			Setting: func(context.Context, time.Time) (flows.Setting, error) {
				<-stuck
				return flows.Setting{}, errors.New("the database is away")
			},
			Features: map[string]channel.Features{"sms": {Plain: true, Proven: true, MaxText: 160}}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { d.Run(ctx, 1); close(ended) }()
		defer func() { cancel(); <-ended }()
		defer close(stuck)
		began := time.Now()
		for i := range 2 { // one in the worker's hand, one at the door
			if err := d.Take(t.Context(), sms(i, "+84900000001", "KB")); !errors.Is(err, channel.ErrUnavailable) {
				t.Errorf("message %d: %v, want \"come again\"", i, err)
			}
			if took := time.Since(began); took > 14*time.Second {
				t.Errorf("message %d was answered after %v", i, took)
			}
			began = time.Now()
		}
	})
}
