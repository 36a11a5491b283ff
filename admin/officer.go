package admin

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/store"
)

const officerUsage = `usage: khaibao officer add --name NAME --duty DUTY --area CODE [--sign-in SIGN-IN]
       khaibao officer reset SIGN-IN
       khaibao officer disable SIGN-IN

add makes an account and prints its first password, once. It must be changed at
the first sign-in. Without --sign-in the name to sign in with is made of the
officer's name. reset gives a new first password, also to a disabled account,
and takes one-time codes off, for who lost the telephone.
disable ends an account and all its sign-ins.

DUTY is one of %s.
CODE is the GSO code of a province, district or commune: 46, 474, 19815.
`

// OfficerCommand does `khaibao officer`: args are what stands behind that
// word. What goes wrong is its error, in words for whoever typed the command.
// Nothing is read from in: a password is never typed here, only made.
func OfficerCommand(ctx context.Context, st *store.Store, args []string, _ io.Reader, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage())
	}
	switch args[0] {
	case "add":
		return addOfficer(ctx, st, args[1:], out)
	case "reset":
		return resetOfficer(ctx, st, args[1:], out)
	case "disable":
		return disableOfficer(ctx, st, args[1:], out)
	case "help", "-h", "--help":
		_, err := io.WriteString(out, usage())
		return err
	}
	return fmt.Errorf("khaibao officer knows no %q\n%s", args[0], usage())
}

func usage() string {
	var duties []string
	for _, d := range duty.All() {
		duties = append(duties, string(d))
	}
	return fmt.Sprintf(officerUsage, strings.Join(duties, ", "))
}

func addOfficer(ctx context.Context, st *store.Store, args []string, out io.Writer) error {
	o := duty.Officer{ID: core.NewID(), MustChange: true}
	var dutyText string
	flags := flag.NewFlagSet("officer add", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.Name, "name", "", "")
	flags.StringVar(&dutyText, "duty", "", "")
	flags.StringVar(&o.Area, "area", "", "")
	flags.StringVar(&o.SignIn, "sign-in", "", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		if errors.Is(err, flag.ErrHelp) {
			_, err := io.WriteString(out, usage())
			return err
		}
		return fmt.Errorf("officer add: cannot read %q\n%s", strings.Join(args, " "), usage())
	}
	o.Duty = duty.Duty(dutyText)
	if err := checkOfficer(&o); err != nil {
		return fmt.Errorf("officer add: %w", err)
	}
	password, phc, err := firstPassword(ctx)
	if err != nil {
		return err
	}
	err = st.AddOfficer(ctx, time.Now(), o, phc)
	if errors.Is(err, store.ErrTaken) {
		return fmt.Errorf("officer add: %q is taken: give another with --sign-in, or use reset", o.SignIn)
	}
	if err != nil {
		return fmt.Errorf("officer add: %w", err)
	}
	_, err = fmt.Fprintf(out, "added %s, %s of %s\n", o.Name, o.Duty, area.Address(o.Area))
	return errors.Join(err, tell(out, o.SignIn, password))
}

// checkOfficer reads what was typed of an account and says what is wrong.
func checkOfficer(o *duty.Officer) error {
	name, err := reading.ReadName(o.Name)
	if err != nil {
		return fmt.Errorf("--name %q is no person's name", o.Name)
	}
	o.Name = name.Full
	if !o.Duty.Valid() {
		return fmt.Errorf("--duty %q is none of %v", o.Duty, duty.All())
	}
	if _, ok := area.Get(o.Area); !ok {
		return fmt.Errorf("--area %q is no code of the GSO's list, such as 46, 474 or 19815", o.Area)
	}
	if o.SignIn == "" {
		o.SignIn = signInOf(o.Name)
	}
	typed := o.SignIn
	if o.SignIn = cleanSignIn(typed); o.SignIn == "" {
		return fmt.Errorf("--sign-in %q: want 2 to 60 of a-z, 0-9, dot, dash, underscore and @", typed)
	}
	return nil
}

func firstPassword(ctx context.Context) (password, phc string, err error) {
	password = duty.FirstPassword()
	phc, err = duty.Hash(ctx, password)
	return password, phc, err
}

func tell(out io.Writer, signIn, password string) error {
	_, err := fmt.Fprintf(out, "sign in as %s with %s\nThis password is shown once and must be changed at the first sign-in.\n", signIn, password)
	return err
}

func resetOfficer(ctx context.Context, st *store.Store, args []string, out io.Writer) error {
	o, err := namedOfficer(ctx, st, "reset", args)
	if err != nil {
		return err
	}
	password, phc, err := firstPassword(ctx)
	if err != nil {
		return err
	}
	if err := st.SetPassword(ctx, time.Now(), o.ID, phc, true); err != nil {
		return fmt.Errorf("officer reset: %w", err)
	}
	if err := st.ResetFactor(ctx, time.Now(), o.ID); err != nil {
		return fmt.Errorf("officer reset: %w", err)
	}
	if o.Disabled {
		if err := st.EnableOfficer(ctx, time.Now(), o.ID); err != nil {
			return fmt.Errorf("officer reset: %w", err)
		}
		if _, err := fmt.Fprintln(out, "the account was disabled and works again"); err != nil {
			return err
		}
	}
	return tell(out, o.SignIn, password)
}

func disableOfficer(ctx context.Context, st *store.Store, args []string, out io.Writer) error {
	o, err := namedOfficer(ctx, st, "disable", args)
	if err != nil {
		return err
	}
	if err := st.DisableOfficer(ctx, time.Now(), o.ID); err != nil {
		return fmt.Errorf("officer disable: %w", err)
	}
	_, err = fmt.Fprintf(out, "disabled %s; all its sign-ins are ended\n", o.SignIn)
	return err
}

// namedOfficer finds the account that a command names, bare or by --sign-in.
func namedOfficer(ctx context.Context, st *store.Store, what string, args []string) (duty.Officer, error) {
	var signIn string
	flags := flag.NewFlagSet("officer "+what, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&signIn, "sign-in", "", "")
	err := flags.Parse(args)
	if err == nil && signIn == "" && flags.NArg() == 1 {
		signIn = flags.Arg(0)
	} else if err != nil || flags.NArg() > 0 || signIn == "" {
		return duty.Officer{}, fmt.Errorf("officer %s: want one sign-in name\n%s", what, usage())
	}
	o, _, err := st.OfficerBySignIn(ctx, cleanSignIn(signIn))
	if errors.Is(err, core.ErrNotFound) {
		return o, fmt.Errorf("officer %s: nobody signs in as %q", what, signIn)
	}
	return o, err
}
