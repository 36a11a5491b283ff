package web

import (
	"context"
	"time"

	"khaibao/core"
)

// A Mailbox keeps what the pages of a browser show, for all nodes.
type Mailbox interface {
	// Put lays an item behind all others of a URN and gives it the next Seq;
	// it.Seq is not looked at. An ID that is there already changes nothing.
	//
	// Who has seen Seq n must never miss a smaller one that is committed later:
	// the Seq of one URN are given one after the other.
	Put(ctx context.Context, urn core.URN, it Item) error
	// Item gives one item, or core.ErrNotFound.
	Item(ctx context.Context, urn core.URN, id string) (Item, error)
	// Latest gives the newest items, at most limit, in the order of Seq.
	Latest(ctx context.Context, urn core.URN, limit int) ([]Item, error)
	// After gives the items behind a Seq, at most limit, in the order of Seq.
	After(ctx context.Context, urn core.URN, seq int64, limit int) ([]Item, error)
	// Watch returns a channel that receives after something was put for a URN,
	// by this node or another, and a function that ends the watch. It is a
	// hint that may come late or be lost.
	Watch(urn core.URN) (wake <-chan struct{}, stop func())
}

// Item is one thing in a mailbox.
type Item struct {
	Seq  int64  // its place in the mailbox of its URN, from 1
	ID   string // unique in the mailbox of its URN
	Body []byte // to be kept sealed; only this package reads it
	Mine bool   // said by the person
	At   time.Time
}
