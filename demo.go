package main

import (
	"context"
	"errors"
	"io"
)

// demoCommand fills the database with invented people.
func demoCommand(_ context.Context, _, _ []string, _ io.Writer) error {
	return errors.New("demo: not ready in this build")
}
