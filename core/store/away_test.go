package store_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// A database that can only be read is away for all who bring messages: the
// answer must be quick, and right again as soon as it takes writes.
func TestPingWhileSQLiteIsLocked(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "khaibao.db")
	s := storetest.Open(t, database)
	release := storetest.NewLook(t, database).Hold()
	soon(t, "away", func() bool { return s.Ping(t.Context()) != nil })
	release()
	soon(t, "there", func() bool { return s.Ping(t.Context()) == nil })
	if err := s.SetMark(t.Context(), "x", time.Now()); err != nil {
		t.Errorf("after a ping nothing can be written: %v", err)
	}
}

// Who stands in the queue for a locked database is told so in time, however many
// stand before them.
func TestQueueForALockedDatabase(t *testing.T) {
	database := "sqlite:" + filepath.Join(t.TempDir(), "khaibao.db")
	s := storetest.Open(t, database)
	release := storetest.NewLook(t, database).Hold()
	defer release()
	began := time.Now()
	ended := make(chan error)
	const queue = 6
	for range queue {
		go func() {
			_, err := s.TrySignIn(context.Background(), began, "can.bo", "192.0.2.1")
			ended <- err
		}()
	}
	for range queue {
		if err := <-ended; !errors.Is(err, store.ErrBusy) {
			t.Errorf("got %v, want that the database is busy", err)
		}
	}
	if took := time.Since(began); took > 2*10*time.Second {
		t.Errorf("the last of %d was told after %v", queue, took)
	}
}

func TestPingOfAStandby(t *testing.T) {
	database := storetest.PostgresURL(t)
	if err := storetest.Open(t, database).Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("default_transaction_read_only", "on")
	u.RawQuery = q.Encode()
	s, err := store.Open(t.Context(), store.Options{URL: u.String(), KeyFile: filepath.Join(t.TempDir(), "key")})
	if err == nil {
		defer s.Close()
		err = s.Ping(t.Context())
	}
	if err == nil {
		t.Error("a database that takes no writes is called there")
	}
}

// A network that loses every packet answers nothing, not even an error.
func TestStatementsAreBounded(t *testing.T) {
	database := storetest.PostgresURL(t)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	hang := make(chan struct{})
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			go pass(c, server, hang)
		}
	}()
	u.Host = silent.Addr().String()
	s, err := store.Open(t.Context(), store.Options{URL: u.String(), KeyFile: filepath.Join(t.TempDir(), "key")})
	if err != nil {
		t.Fatal(err)
	}
	close(hang)
	ended := make(chan error, 2)
	go func() {
		_, err := s.Mark(context.Background(), "x")
		ended <- err
	}()
	go func() { ended <- s.Drop(context.Background(), time.Now(), core.Queued{ID: "x"}, "expired") }()
	soon(t, "away", func() bool { return s.Ping(t.Context()) != nil })
	for range 2 {
		select {
		case err := <-ended:
			if err == nil {
				t.Error("a silent server was believed")
			}
		case <-time.After(20 * time.Second):
			t.Fatal("a statement waits for ever")
		}
	}
}

// pass carries bytes both ways until it hangs.
func pass(c net.Conn, server string, hang <-chan struct{}) {
	s, err := net.Dial("tcp", server)
	if err != nil {
		c.Close()
		return
	}
	for _, pair := range [][2]net.Conn{{c, s}, {s, c}} {
		go func() {
			buf := make([]byte, 32<<10)
			for {
				n, err := pair[0].Read(buf)
				if err != nil {
					pair[1].Close()
					return
				}
				select {
				case <-hang: // what comes is lost
				default:
					_, _ = pair[1].Write(buf[:n])
				}
			}
		}()
	}
}

// soon waits for what a load balancer must learn before many are turned to a
// node that can do nothing for them.
func soon(t *testing.T, what string, fact func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if fact() {
			return
		}
	}
	t.Fatalf("never %s", what)
}
