package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/reading"
)

// ErrOwnAccount says that nobody gives themselves another duty or area, nor
// ends the account by which they keep the others.
var ErrOwnAccount = errors.New("the officer's own account")

// Account is an officer's account as those who keep accounts see it.
type Account struct {
	duty.Officer
	Version int       // grows with each change: what the next one must have seen
	Created time.Time // zero for what was made by the command of long ago
	Seen    time.Time // the last sign-in; zero for never
	Factor  bool      // signs in with a one-time code
	SSO     bool      // has come by the single sign-on
}

// States of accounts, for filters.
const (
	AccountActive   = "active"
	AccountDisabled = "disabled"
	AccountFirst    = "first" // the first password was not changed yet
	AccountNever    = "never" // nobody ever signed in
)

// AccountStates lists the states in the order of a page.
func AccountStates() []string {
	return []string{AccountActive, AccountDisabled, AccountFirst, AccountNever}
}

// Is tells whether an account is in a state; "" is every one's.
func (a Account) Is(state string) bool {
	switch state {
	case AccountActive:
		return !a.Disabled
	case AccountDisabled:
		return a.Disabled
	case AccountFirst:
		return a.MustChange && !a.Disabled
	case AccountNever:
		return a.Seen.IsZero() && !a.Disabled
	}
	return true
}

// AccountFilter narrows a list of accounts.
type AccountFilter struct {
	Text  string // part of a name or sign-in name, with or without marks
	Duty  duty.Duty
	Area  string // GSO code: those in it
	State string
	Sort  string // name, duty, area or seen; "" is name
	Page  int    // from 0
}

// AccountPage is one page of a list of accounts.
type AccountPage struct {
	Rows   []Account
	Total  int            // that the filter holds
	Counts map[string]int // by state, of those that the rest of the filter holds; "" is all
}

// AccountsShown is how many accounts a page has.
const AccountsShown = 50

const accountColumns = officerColumns + `, o.version, o.created_at, o.signed_in_at, o.subject_hash <> '',
	EXISTS (SELECT 1 FROM second_factors f WHERE f.officer_id = o.id AND f.confirmed_at > 0)`

func scanAccount(r scanner) (a Account, err error) {
	var created, seen int64
	a.Officer, err = scanOfficer(r, &a.Version, &created, &seen, &a.SSO, &a.Factor)
	if created > 0 {
		a.Created = time.UnixMilli(created)
	}
	if seen > 0 {
		a.Seen = time.UnixMilli(seen)
	}
	return a, err
}

// Accounts lists the accounts that a scope holds. A province has some thousands
// of officers: they are read whole, and sorted as Vietnamese names are.
func (s *Store) Accounts(ctx context.Context, scope duty.Scope, f AccountFilter) (AccountPage, error) {
	page := AccountPage{Counts: map[string]int{}}
	all, err := s.accountsIn(ctx, s.q, scope)
	if err != nil {
		return page, err
	}
	text := reading.Fold(f.Text)
	var kept []Account
	for _, a := range all {
		if f.Duty != "" && a.Duty != f.Duty || f.Area != "" && !(duty.Scope{Area: f.Area}).Holds(a.Area) ||
			text != "" && !strings.Contains(reading.Fold(a.Name), text) && !strings.Contains(a.SignIn, strings.TrimSpace(strings.ToLower(f.Text))) {
			continue
		}
		page.Counts[""]++
		for _, state := range AccountStates() {
			if a.Is(state) {
				page.Counts[state]++
			}
		}
		if a.Is(f.State) {
			kept = append(kept, a)
		}
	}
	sortAccounts(kept, f.Sort)
	page.Total = len(kept)
	first := min(max(f.Page, 0)*AccountsShown, len(kept))
	page.Rows = kept[first:min(first+AccountsShown, len(kept))]
	return page, nil
}

// sortAccounts sorts by given name as lists of people are; those who signed in
// last come first by "seen".
func sortAccounts(list []Account, by string) {
	duties := duty.All()
	keys := make(map[string]string, len(list))
	for _, a := range list {
		keys[a.ID] = reading.SortKey(a.Name)
	}
	slices.SortFunc(list, func(a, b Account) int {
		n := 0
		switch by {
		case "duty":
			n = slices.Index(duties, a.Duty) - slices.Index(duties, b.Duty)
		case "area":
			n = strings.Compare(a.Area, b.Area)
		case "seen":
			n = b.Seen.Compare(a.Seen)
		}
		if n == 0 {
			n = strings.Compare(keys[a.ID], keys[b.ID])
		}
		if n == 0 {
			n = strings.Compare(a.ID, b.ID)
		}
		return n
	})
}

// areasIn are the areas of a scope in which there are officers.
func areasIn(ctx context.Context, q querier, scope duty.Scope) ([]any, error) {
	r, err := q.query(ctx, `SELECT DISTINCT area FROM officers`)
	areas, err := collect(r, err, scanText)
	var held []any
	for _, code := range areas {
		if scope.Holds(code) {
			held = append(held, code)
		}
	}
	return held, wrap(err, "areas of officers")
}

// places are placeholders from $first on, for a list of n values.
func places(first, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(all, ", ")
}

// AllAccounts lists every account that a scope holds, in no order.
func (s *Store) AllAccounts(ctx context.Context, scope duty.Scope) ([]Account, error) {
	return s.accountsIn(ctx, s.q, scope)
}

func (s *Store) accountsIn(ctx context.Context, q querier, scope duty.Scope) ([]Account, error) {
	areas, err := areasIn(ctx, q, scope)
	if err != nil || len(areas) == 0 {
		return nil, err
	}
	r, err := q.query(ctx, `SELECT `+accountColumns+` FROM officers o WHERE o.area IN (`+places(1, len(areas))+`)`, areas...)
	all, err := collect(r, err, scanAccount)
	return all, wrap(err, "list accounts")
}

// Account opens one account and what became of it, the newest first. Outside
// the scope it is core.ErrNotFound, as one that never was.
func (s *Store) Account(ctx context.Context, scope duty.Scope, id string) (Account, []AccountEvent, error) {
	a, err := s.account(ctx, s.q, scope, id, "")
	if err != nil {
		return Account{}, nil, err
	}
	events, err := s.accountEvents(ctx, id)
	return a, events, err
}

func (s *Store) account(ctx context.Context, q querier, scope duty.Scope, id, lock string) (Account, error) {
	if !goodText(id) {
		return Account{}, core.ErrNotFound
	}
	a, err := scanAccount(q.row(ctx, `SELECT `+accountColumns+` FROM officers o WHERE o.id = $1 `+lock, id))
	if errors.Is(err, errNoRows) || err == nil && !scope.Holds(a.Area) {
		return Account{}, core.ErrNotFound
	}
	return a, wrap(err, "account "+id)
}
