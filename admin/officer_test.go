package admin

import (
	"regexp"
	"strings"
	"testing"

	"khaibao/core/duty"
)

func TestOfficerCommand(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		command := func(args ...string) (string, error) {
			var out strings.Builder
			err := OfficerCommand(t.Context(), x.s, args, nil, &out)
			return out.String(), err
		}
		printed := regexp.MustCompile(`sign in as (\S+) with (\S+)\n`)
		signIn := func(out string) *browser {
			t.Helper()
			m := printed.FindStringSubmatch(out)
			if m == nil {
				t.Fatalf("no password in %q", out)
			}
			return x.signedIn(duty.Officer{SignIn: m[1]}, m[2])
		}
		out, err := command("add", "--name", "nguyễn thị  lan", "--duty", "cdc", "--area", "46")
		if err != nil || !strings.Contains(out, "added Nguyễn Thị Lan, cdc of Tỉnh Thừa Thiên Huế") || !strings.Contains(out, "sign in as nguyen.thi.lan with ") {
			t.Fatalf("add: %q, %v", out, err)
		}
		b := signIn(out)
		if got := b.get("/admin/"); got.header.Get("Location") != passwordPath {
			t.Errorf("the first password need not be changed: %d", got.status)
		}
		o, phc, err := x.s.OfficerBySignIn(t.Context(), "nguyen.thi.lan")
		if err != nil || !o.MustChange || !strings.HasPrefix(phc, "$argon2id$") {
			t.Errorf("stored %+v, %q, %v", o, phc, err)
		}

		reset, err := command("reset", "Nguyen.Thi.Lan")
		if err != nil {
			t.Fatal(err)
		}
		b.get("/admin/password").wants(t, "the sign-in before the reset", 303)
		b = signIn(reset)
		if _, err := command("disable", "--sign-in", "nguyen.thi.lan"); err != nil {
			t.Fatal(err)
		}
		b.get("/admin/password").wants(t, "the sign-in before the end", 303)
		if out, err := command("reset", "nguyen.thi.lan"); err != nil || !strings.Contains(out, "works again") {
			t.Errorf("reset of a disabled account: %q, %v", out, err)
		}

		for _, test := range []struct {
			args []string
			want string
		}{
			{nil, "usage:"},
			{[]string{"promote"}, `knows no "promote"`},
			{[]string{"add"}, "no person's name"},
			{[]string{"add", "--name", "Nguyễn Thị Lan", "--duty", "cdc", "--area", "46"}, "is taken"},
			{[]string{"add", "--name", "123", "--duty", "cdc", "--area", "46"}, "no person's name"},
			{[]string{"add", "--name", "Lê Lan", "--duty", "mayor", "--area", "46"}, "none of"},
			{[]string{"add", "--name", "Lê Lan", "--duty", "cdc", "--area", "Huế"}, "no code"},
			{[]string{"add", "--name", "Lê Lan", "--duty", "cdc", "--area", ""}, "no code"},
			{[]string{"add", "--name", "Lê Lan", "--duty", "cdc", "--area", "46", "--sign-in", "lê lan"}, "want 2 to 60"},
			{[]string{"add", "--name", "Lê Lan", "--duty", "cdc", "--area", "46", "extra"}, "cannot read"},
			{[]string{"add", "--colour", "red"}, "cannot read"},
			{[]string{"reset", "nobody"}, "nobody signs in"},
			{[]string{"reset"}, "want one sign-in name"},
			{[]string{"disable", "a", "b"}, "want one sign-in name"},
		} {
			if out, err := command(test.args...); err == nil || !strings.Contains(err.Error(), test.want) || out != "" {
				t.Errorf("%q: %q, %v; want %q", test.args, out, err, test.want)
			}
		}
		if out, err := command("-h"); err != nil || !strings.Contains(out, "digitisation") {
			t.Errorf("help: %q, %v", out, err)
		}
	})
}
