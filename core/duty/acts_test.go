package duty

import (
	"slices"
	"testing"
)

// The whole truth: every duty x act, for an officer of a province and one of a
// commune. Duties not named do nothing.
// An area that is none holds nobody.
func TestMayDo(t *testing.T) {
	table := map[Duty][]Act{
		Team:         {Verify, Watch, Call, Enter},
		Station:      {Verify, Watch, Call, Manage, SeePolicy, Enter},
		CDC:          {Verify, Watch, Call, Manage, Classify, SeePolicy, EditPolicy, Enter, ReadLog},
		Digitisation: {Verify, Enter},
		Leader:       {SeePolicy},
		Centre:       {SeePolicy, EditPolicy},
		Admin:        {Accounts, ReadLog},
	}
	for _, d := range append(All(), "", "mayor") {
		for _, code := range []string{"46", "474", "19815", "", "99999"} {
			known := code != "" && code != "99999"
			o := Officer{Duty: d, Area: code}
			for _, a := range Acts() {
				want := known && slices.Contains(table[d], a) && (a != EditPolicy && (a != ReadLog || d == Admin) || code == "46")
				if got := o.MayDo(a); got != want {
					t.Errorf("%q of %q, %s: %v", d, code, a, got)
				}
			}
			if o.MayDo("everything") {
				t.Errorf("%q of %q may do what nobody has named", d, code)
			}
			watches := known && slices.Contains(table[d], Watch)
			if got := o.WatchScope(); got != (Scope{}) != watches || watches && got.Area != code {
				t.Errorf("%q of %q watches %v", d, code, got)
			}
			if got := o.AccountScope(); got != (Scope{}) != (known && d == Admin) || got != (Scope{}) && got.Area != code {
				t.Errorf("%q of %q keeps the accounts of %v", d, code, got)
			}
			if got := o.LogScope(); got != (Scope{}) != (known && (d == Admin || d == CDC && code == "46")) || got != (Scope{}) && got.Area != code {
				t.Errorf("%q of %q reads the log of %v", d, code, got)
			}
		}
	}
}

// Who watches sees answers, phones and names: the acts ask for no more than the
// fields of the duty table give.
func TestActsStayInsideTheFields(t *testing.T) {
	for _, d := range All() {
		if acts[d][Watch] && (May(d, InArea, ExposureSymptoms) != Yes || May(d, InArea, FullIdentity) != Yes || May(d, InArea, Lists) != Yes) {
			t.Errorf("%s watches people whose health or phone it may not see", d)
		}
		if acts[d][Verify] && (May(d, InArea, FullIdentity) != Yes || May(d, InArea, Lists) != Yes) {
			t.Errorf("%s verifies people whom it may not see", d)
		}
		for _, a := range []Act{Call, Manage, Classify} {
			if acts[d][a] && !acts[d][Watch] {
				t.Errorf("%s may %s whom it may not see", d, a)
			}
		}
		if acts[d][EditPolicy] && !acts[d][SeePolicy] {
			t.Errorf("%s edits a policy that it may not read", d)
		}
	}
}
