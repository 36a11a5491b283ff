package main

import "context"

// demo measures how long a million invented people take on PostgreSQL.
func (b *bench) demo(context.Context) error { return nil }
