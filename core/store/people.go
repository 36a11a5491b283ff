package store

import (
	"context"
	"fmt"
	"slices"

	"khaibao/core"
	"khaibao/core/seal"
)

// Stored is what came of a declaration.
type Stored struct {
	PersonID, DeclarationID string
	Code, Number            string // of the person's QR
	Version                 int
	// TellPhone is whether the phone of Declaration.Notify must now be told who
	// declared for its holder. It is true once, not at each daily declaration.
	TellPhone bool
	// Verdict is the one in force for the person now; its zero value where
	// nothing judges.
	Verdict core.Verdict
}

// declaring is a declaration on its way into the store.
type declaring struct {
	core.Declaration
	*judged // nil where nothing judges
}

// verdict is what the declaration was given; zero where nothing judges.
func (d *declaring) verdict() core.Verdict {
	if d.judged == nil {
		return core.Verdict{}
	}
	return d.said
}

// privatePerson is the sealed half of a person.
type privatePerson struct {
	ID        string `json:"id,omitempty"`
	OldID     string `json:"old_id,omitempty"`
	Insurance string `json:"insurance,omitempty"`
	House     string `json:"house,omitempty"`
}

// Declare stores a declaration: a new version when the person is found among
// those tied to this phone or to this address, else a new person, tied to it.
// Somebody else's number typed in makes a person of its own, linked as a likely
// duplicate: typing a number never reaches a stranger.
func (tx *Tx) Declare(ctx context.Context, d core.Declaration) (Stored, error) {
	phoneHash := ""
	if d.Proven {
		phoneHash = tx.s.phoneHash(d.Phone)
	}
	if d.Proven && tx.s.pg != nil {
		// The same phone may be declaring on another channel at this moment, and
		// who is not there yet cannot be locked: the phone is.
		if err := tx.lockPhone(ctx, phoneHash); err != nil {
			return Stored{}, err
		}
	}
	found, version, err := tx.findPerson(ctx, d, phoneHash, tx.papersOf(d.Person))
	if err != nil {
		return Stored{}, err
	}
	out, err := tx.store(ctx, d, found, version)
	if err != nil {
		return Stored{}, err
	}
	err = tx.q.later(ctx, `UPDATE addresses SET declared_at = $2 WHERE id = $1`, d.AddressID, tx.now.UnixMilli())
	return out, wrap(err, "declare")
}

// store keeps a declaration of a person who was found, or of a new one for nil;
// version is the newest of its form.
func (tx *Tx) store(ctx context.Context, d core.Declaration, found *tiedPerson, version int) (Stored, error) {
	var err error
	fresh, facts, personID, former := found == nil, d.Person, core.NewID(), ""
	var was standing
	if !fresh {
		personID, former, was = found.id, found.newest, found.standing
		known, err := tx.s.known(found)
		if err != nil {
			return Stored{}, err
		}
		facts = facts.Keeping(known)
	}
	out := Stored{PersonID: personID, DeclarationID: core.NewID(), Version: version + 1}
	making := declaring{Declaration: d}
	if err := making.judge(was, former, facts, tx.now); err != nil {
		return Stored{}, fmt.Errorf("person %s: %w", personID, err)
	}
	if making.judged != nil {
		out.Verdict = making.inForce
	}
	if err := tx.savePerson(ctx, facts, out, making.judged, fresh); err != nil {
		return Stored{}, err
	}
	if err := tx.saveDeclaration(ctx, making, out, former); err != nil {
		return Stored{}, err
	}
	if err := tx.triage(ctx, personID, out.DeclarationID, d.Person, making.judged, triageDeclared); err != nil {
		return Stored{}, err
	}
	if d.Form == journeyForm {
		if err := tx.keepArrival(ctx, arrivalOf(personID, out.DeclarationID, d.Person, d.Facts, making.verdict()), !fresh); err != nil {
			return Stored{}, err
		}
	}
	if out.TellPhone, err = tx.tie(ctx, d, personID); err != nil {
		return Stored{}, err
	}
	if fresh || found.looksNew(facts, tx.papersOf(facts)) {
		if err := tx.linkLikely(ctx, facts, personID, d.Phone); err != nil {
			return Stored{}, err
		}
	}
	if err := tx.watch(ctx, personID, making.judged); err != nil {
		return Stored{}, err
	}
	out.Code, out.Number, err = tx.qrOf(ctx, personID, fresh)
	return out, err
}

// lockPhone lets one transaction of all nodes add people to a phone; SQLite has
// one writer. A family's turn locks its phone once.
func (tx *Tx) lockPhone(ctx context.Context, phoneHash string) error {
	if slices.Contains(tx.phones, phoneHash) {
		return nil
	}
	err := tx.q.later(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, phoneHash)
	tx.phones = append(tx.phones, phoneHash)
	return wrap(err, "lock phone")
}

func (tx *Tx) idHash(id string) string {
	if id == core.NobodysID {
		return ""
	}
	return tx.s.keys.Hash(seal.KindID, id)
}
