package store_test

import (
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// codeAt is the code that an authenticator shows.
func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestFactorFromBeginToEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := officer(t, s, duty.CDC, "46")
		secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
		recovery := duty.RecoveryCodes()
		for _, token := range []string{"mine", "other"} {
			if err := s.AddSignIn(ctx, now, store.SignIn{Officer: o}, token); err != nil {
				t.Fatal(err)
			}
		}
		if ok, err := s.UseCode(ctx, now, o, codeAt(t, secret, now)); ok || err != nil {
			t.Errorf("a code of nothing: %v, %v", ok, err)
		}
		if err := s.BeginFactor(ctx, now, o.ID, secret); err != nil {
			t.Fatal(err)
		}
		if err := s.BeginFactor(ctx, now, o.ID, duty.NewSecret()); err != nil {
			t.Fatal(err)
		}
		if begun, err := s.BegunFactor(ctx, o.ID); err != nil || begun != secret {
			t.Errorf("a second begin changed the secret that is being scanned (%v)", err)
		}
		if on, err := s.HasFactor(ctx, o.ID); on || err != nil {
			t.Errorf("it counts before its first code: %v, %v", on, err)
		}
		if ok, err := s.ConfirmFactor(ctx, now, o, "000000", recovery, "mine"); ok || err != nil {
			t.Errorf("a wrong first code: %v, %v", ok, err)
		}
		first := codeAt(t, secret, now)
		if ok, err := s.ConfirmFactor(ctx, now, o, first, recovery, "mine"); !ok || err != nil {
			t.Fatalf("the first code: %v, %v", ok, err)
		}
		if _, err := s.SignedIn(ctx, now, "other"); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("another sign-in outlived the change: %v", err)
		}
		if _, err := s.SignedIn(ctx, now, "mine"); err != nil {
			t.Errorf("the officer's own sign-in ended: %v", err)
		}
		at := now.Add(30 * time.Second)
		for _, test := range []struct {
			what, code string
			want       bool
		}{
			{"the first code again", first, false}, {"the next one", codeAt(t, secret, at), true}, {"the same again", codeAt(t, secret, at), false},
			{"a recovery code", strings.ToUpper(recovery[3]), true}, {"the same recovery code", recovery[3], false}, {"an invented one", "aaaa-bbbb-cccc", false},
		} {
			if ok, err := s.UseCode(ctx, at, o, test.code); ok != test.want || err != nil {
				t.Errorf("%s: %v, %v", test.what, ok, err)
			}
		}
		if n, err := s.RecoveryLeft(ctx, o.ID); n != 9 || err != nil {
			t.Errorf("%d recovery codes are left, %v", n, err)
		}
		texts, err := s.Texts(ctx, `SELECT code_hash FROM recovery_codes`)
		if err != nil || strings.Contains(fmt.Sprint(texts), duty.CleanCode(recovery[0])) {
			t.Errorf("recovery codes as they are: %v", err)
		}
		if ok, err := s.DropFactor(ctx, at, o, recovery[3], "mine"); ok || err != nil {
			t.Errorf("taken off by a used code: %v, %v", ok, err)
		}
		if ok, err := s.DropFactor(ctx, at, o, recovery[4], "mine"); !ok || err != nil {
			t.Errorf("taken off: %v, %v", ok, err)
		}
		if on, err := s.HasFactor(ctx, o.ID); on || err != nil {
			t.Errorf("still on: %v, %v", on, err)
		}
	})
}

func TestACodeSentTwiceAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := officer(t, s, duty.CDC, "46")
		secret := duty.NewSecret()
		if err := s.BeginFactor(t.Context(), now, o.ID, secret); err != nil {
			t.Fatal(err)
		}
		if ok, err := s.ConfirmFactor(t.Context(), now, o, codeAt(t, secret, now), duty.RecoveryCodes(), ""); !ok || err != nil {
			t.Fatal(ok, err)
		}
		other := officer(t, s, duty.CDC, "46")
		if err := s.ResetFactor(t.Context(), now, other.ID); err != nil {
			t.Fatal(err)
		}
		at := now.Add(time.Minute)
		code := codeAt(t, secret, at)
		var taken atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				ok, err := s.UseCode(t.Context(), at, o, code)
				if err != nil {
					t.Error(err)
				}
				if ok {
					taken.Add(1)
				}
			})
		}
		wg.Wait()
		if taken.Load() != 1 {
			t.Errorf("one code was taken %d times", taken.Load())
		}
		if err := s.ResetFactor(t.Context(), now, o.ID); err != nil {
			t.Fatal(err)
		}
		if on, err := s.HasFactor(t.Context(), o.ID); on || err != nil {
			t.Errorf("still on after the reset: %v, %v", on, err)
		}
	})
}

// Who knows the password finds no code by trying: after a day some hundred of a
// million were tried.
func TestCodesAreTriedSlowly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tries := 0
		for at := now; at.Before(now.Add(24 * time.Hour)); {
			wait, err := s.TryCode(t.Context(), at, "an.nguyen", fmt.Sprintf("192.0.2.%d", tries))
			if err != nil {
				t.Fatal(err)
			}
			if wait == 0 {
				tries++
			}
			at = at.Add(max(wait, time.Second))
		}
		if tries > 130 {
			t.Errorf("%d codes were tried in a day", tries)
		}
		if wait, err := s.TrySignIn(t.Context(), now.Add(24*time.Hour), "an.nguyen", "198.51.100.0"); err != nil || wait != 0 {
			t.Errorf("and the password waits %v, %v", wait, err)
		}
	})
}

func TestSignInsAreSeenAndEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o, other := officer(t, s, duty.CDC, "46"), officer(t, s, duty.CDC, "46")
		for i, in := range []store.SignIn{{Officer: o, Browser: "Chrome · Android"}, {Officer: o, Browser: "Firefox · Windows"}, {Officer: o}, {Officer: o, Awaits: store.AwaitsCode}, {Officer: other}} {
			if err := s.AddSignIn(ctx, now.Add(time.Duration(i)*time.Second), in, fmt.Sprint("t", i)); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.SignIns(ctx, now.Add(time.Minute), o.ID, "t0")
		if err != nil || len(list) != 3 || !list[2].This || list[2].Browser != "Chrome · Android" || list[0].This {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := s.EndOne(ctx, now, other.ID, list[1].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignedIn(ctx, now, "t1"); err != nil {
			t.Errorf("somebody else ended it: %v", err)
		}
		if err := s.EndOne(ctx, now, o.ID, list[1].ID); err != nil {
			t.Fatal(err)
		}
		if err := s.EndOthers(ctx, now, o.ID, "t0"); err != nil {
			t.Fatal(err)
		}
		for token, want := range map[string]bool{"t0": true, "t1": false, "t2": false, "t3": false, "t4": true} {
			if _, err := s.SignedIn(ctx, now, token); (err == nil) != want {
				t.Errorf("%s: %v", token, err)
			}
		}
		if in, err := s.SignedIn(ctx, now, "t0"); err != nil || in.Awaits != "" {
			t.Errorf("%+v, %v", in, err)
		}
		if err := s.AddSignIn(ctx, now, store.SignIn{Officer: o, Awaits: store.AwaitsCode}, "half"); err != nil {
			t.Fatal(err)
		}
		if in, err := s.SignedIn(ctx, now.Add(9*time.Minute), "half"); err != nil || in.Awaits != store.AwaitsCode {
			t.Errorf("half a sign-in: %+v, %v", in, err)
		}
		if _, err := s.SignedIn(ctx, now.Add(11*time.Minute), "half"); !errors.Is(err, core.ErrNotFound) {
			t.Errorf("half a sign-in of eleven minutes ago: %v", err)
		}
	})
}
