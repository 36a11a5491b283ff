package flows

import (
	"context"

	"khaibao/core"
	"khaibao/core/store"
)

// Enter stores what an officer typed in on a Page, by the rules in force, and
// tells the person's own phone. e says how the officer met it: Once, Typed, Same,
// Seen, Apart and Kept; its declaration is made of d. The errors are those of
// store.Enter.
func (d *Dispatcher) Enter(ctx context.Context, look store.Look, said Declare, e store.Entry) (store.Entered, error) {
	setting, err := d.Setting(ctx, look.At)
	if err != nil {
		return store.Entered{}, err
	}
	judge, err := d.judge(ctx, core.DayOf(look.At))
	if err != nil {
		return store.Entered{}, err
	}
	e.Declaration = judge.declaration(said, look.At, setting.Province)
	out, err := d.Store.Enter(ctx, look, e, func(ctx context.Context, tx *store.Tx, st store.Stored) error {
		return tx.Notify(ctx, said.Phone, enteredNotice(e.Person, st, setting))
	})
	if err == nil && len(out.Alike) == 0 && !out.Again {
		d.Count("entered", e.Channel)
	}
	return out, err
}

// PageEvent is what a Page needs of a moment: the day, the settings in force and
// the language of who reads it.
func (d *Dispatcher) PageEvent(ctx context.Context, look store.Look, lang string) (Event, error) {
	setting, err := d.Setting(ctx, look.At)
	return Event{Now: look.At, Today: core.DayOf(look.At), Setting: setting, Known: Known{Lang: lang}}, err
}
