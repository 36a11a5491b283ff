package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"khaibao/core/area"
	"khaibao/core/codes"
)

// config is every setting. Each is a flag and, with the prefix KHAIBAO_, an
// environment variable; the flag wins, but shows in the list of processes, so
// that secrets are better given by the environment.
type config struct {
	addr, metricsAddr, publicURL string
	databaseURL, keyFile         string
	province, hotline            string
	trustedProxies               string
	proxies                      []netip.Prefix // read from it
	sandbox                      bool
	logLevel                     string

	telegramToken, telegramSecret, telegramAPIURL, telegramMode string
	telegramRateText                                            string
	telegramRate                                                float64 // read from it; 0 takes the channel's own
	zaloConfig
	smsConfig
	waysConfig
	doorsConfig

	codeDigits, codesPerPhone, codesPerNetwork, codesPerDay string
	limits                                                  codes.Limits // read from these

	now func() time.Time // no setting: tests make it another day
}

const envPrefix = "KHAIBAO_"

// setting is one line of the table of settings.
type setting struct {
	name   string // of the environment variable, behind KHAIBAO_
	to     *string
	preset string
	usage  string
}

func (c *config) settings(sandbox *string) []setting {
	presets := codes.Default()
	return slices.Concat([]setting{
		{"ADDR", &c.addr, "127.0.0.1:8080", "where it listens"},
		{"METRICS_ADDR", &c.metricsAddr, "127.0.0.1:9090", "where metrics are served, or off"},
		{"PUBLIC_URL", &c.publicURL, "", "used in QR links and web-hooks; default http:// and ADDR"},
		{"DATABASE_URL", &c.databaseURL, "sqlite:data/khaibao.db", "or postgres://…"},
		{"KEY_FILE", &c.keyFile, "data/khaibao.key", "the key of sealed columns; made at the first start, to be kept apart from the database"},
		{"PROVINCE", &c.province, "46", "GSO code of the home province"},
		{"HOTLINE", &c.hotline, "19001075", "number that people are told to call"},
		{"SANDBOX", sandbox, "", "1: imitated networks with telephones at /sandbox/, and demo officers"},
		{"TRUSTED_PROXIES", &c.trustedProxies, "", "addresses or networks of proxies before us, whose X-Forwarded-For is believed"},
		{"LOG_LEVEL", &c.logLevel, "info", "debug, info, warn or error"},
		{"TELEGRAM_TOKEN", &c.telegramToken, "", "of the bot, from @BotFather; empty for no Telegram"},
		{"TELEGRAM_SECRET", &c.telegramSecret, "", "of the web-hook, 16 to 256 of A-Za-z0-9_-"},
		{"TELEGRAM_API_URL", &c.telegramAPIURL, "https://api.telegram.org", "where the Bot API is"},
		{"TELEGRAM_MODE", &c.telegramMode, "webhook", "or poll, for machines without a public address"},
		{"TELEGRAM_RATE", &c.telegramRateText, "", "messages a second to Telegram; default 28, as every bot may send 30"},
	}, c.zaloConfig.settings(), c.smsConfig.settings(), c.waysConfig.settings(), c.doorsConfig.settings(), []setting{
		{"CODE_DIGITS", &c.codeDigits, strconv.Itoa(presets.Digits), "of a code by SMS, at least " + strconv.Itoa(codes.MinDigits)},
		{"CODES_PER_PHONE", &c.codesPerPhone, strconv.Itoa(presets.PerPhone), "codes to one phone in 24 hours"},
		{"CODES_PER_NETWORK", &c.codesPerNetwork, strconv.Itoa(presets.PerNetwork), "codes for one network of askers (IPv4 /24, IPv6 /48) in an hour; raise it for a campaign"},
		{"CODES_PER_DAY", &c.codesPerDay, strconv.Itoa(presets.PerDay), "codes in 24 hours in all: the ceiling on their cost"},
	})
}

// readConfig reads the settings of a command and returns what is left of its
// arguments. more may add flags of the command's own.
func readConfig(name string, args, environ []string, out io.Writer, more func(*flag.FlagSet)) (config, []string, error) {
	c := config{now: time.Now}
	var sandbox string
	flags := flag.NewFlagSet("khaibao "+name, flag.ContinueOnError)
	flags.SetOutput(out)
	env := environment(environ)
	known := make([]string, 0, 32)
	for _, s := range c.settings(&sandbox) {
		preset := s.preset
		if v, ok := env[s.name]; ok && v != "" {
			preset = v
		}
		known = append(known, s.name)
		flagName := strings.ReplaceAll(strings.ToLower(s.name), "_", "-")
		flags.StringVar(s.to, flagName, preset, s.usage)
	}
	own := flag.NewFlagSet(flags.Name(), flag.ContinueOnError)
	if more != nil {
		more(own)
	}
	own.VisitAll(func(f *flag.Flag) { flags.Var(f.Value, f.Name, f.Usage) })
	flags.Usage = func() { c.help(out, name, own) }
	if err := flags.Parse(args); err != nil {
		return c, nil, err
	}
	for name := range env {
		if !slices.Contains(known, name) && name != "TEST_POSTGRES" {
			fmt.Fprintf(out, "warning: unknown setting KHAIBAO_%s\n", name)
		}
	}
	c.sandbox = sandbox == "1" || sandbox == "true"
	if !c.sandbox && !slices.Contains([]string{"", "0", "false", "off"}, sandbox) {
		return c, nil, fmt.Errorf("SANDBOX: want 1 or nothing")
	}
	c.publicURL = strings.TrimSuffix(cmp.Or(c.publicURL, "http://"+c.addr), "/")
	err := c.check() // reads the limits, so it comes before c is returned
	return c, flags.Args(), err
}

func environment(environ []string) map[string]string {
	found := make(map[string]string)
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if name, ok := strings.CutPrefix(name, envPrefix); ok {
			found[name] = value
		}
	}
	return found
}

// readLimits reads the limits of codes; a shorter code than six digits stops
// the start.
func (c *config) readLimits() error {
	c.limits = codes.Default()
	for _, s := range []struct {
		name, text string
		to         *int
	}{
		{"CODE_DIGITS", c.codeDigits, &c.limits.Digits}, {"CODES_PER_PHONE", c.codesPerPhone, &c.limits.PerPhone},
		{"CODES_PER_NETWORK", c.codesPerNetwork, &c.limits.PerNetwork}, {"CODES_PER_DAY", c.codesPerDay, &c.limits.PerDay},
	} {
		n, err := strconv.Atoi(s.text)
		if err != nil {
			return fmt.Errorf("%s%s: want a number", envPrefix, s.name)
		}
		*s.to = n
	}
	return c.limits.Check()
}

// check stops a start with a bad setting, and says which. It never quotes a
// value, which may be a secret.
func (c *config) check() error {
	var errs []error
	bad := func(name, want string) { errs = append(errs, fmt.Errorf("%s%s: %s", envPrefix, name, want)) }
	if _, _, err := net.SplitHostPort(c.addr); err != nil {
		bad("ADDR", "want host:port")
	}
	if _, _, err := net.SplitHostPort(c.metricsAddr); c.metricsAddr != "off" && err != nil {
		bad("METRICS_ADDR", "want host:port or off")
	}
	for _, s := range [][2]string{{"PUBLIC_URL", c.publicURL}, {"TELEGRAM_API_URL", c.telegramAPIURL}} {
		if u, err := url.Parse(s[1]); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			bad(s[0], "want http://… or https://…")
		}
	}
	if unit, ok := area.Get(c.province); !ok || unit.Level != "province" {
		bad("PROVINCE", "want the two-digit GSO code of a province, like 46")
	}
	if c.hotline == "" || strings.Trim(c.hotline, "0123456789 .+") != "" {
		bad("HOTLINE", "want a number to dial")
	}
	if !slices.Contains([]string{"webhook", "poll"}, c.telegramMode) {
		bad("TELEGRAM_MODE", "want webhook or poll")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.logLevel) {
		bad("LOG_LEVEL", "want debug, info, warn or error")
	}
	var err error
	if c.proxies, err = readProxies(c.trustedProxies); err != nil {
		bad("TRUSTED_PROXIES", err.Error())
	}
	if err := c.readLimits(); err != nil {
		errs = append(errs, err)
	}
	if c.telegramToken != "" && c.telegramMode == "webhook" && !goodSecret(c.telegramSecret) {
		bad("TELEGRAM_SECRET", "a web-hook needs a secret of 16 to 256 letters, digits, _ or -")
	}
	c.telegramRate = readRate("TELEGRAM_RATE", c.telegramRateText, bad)
	c.zaloConfig.check(bad)
	c.smsConfig.check(bad)
	c.waysConfig.check(bad)
	c.doorsConfig.check(c.sandbox, bad)
	if c.sandbox && (c.telegramToken != "" || c.zaloConfig.real() || c.smsConfig.real()) {
		bad("SANDBOX", "the sandbox does not start beside real credentials: unset the TELEGRAM_, ZALO_, SMS_, TWILIO_, ESMS_ and SPEEDSMS_ settings")
	}
	return errors.Join(errs...)
}

// readRate reads messages a second; 0 for none given.
func readRate(name, text string, bad func(name, want string)) float64 {
	if text == "" {
		return 0
	}
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate > 0) || rate > 1000 {
		bad(name, "want messages a second, such as 5 or 0.5")
		return 0
	}
	return rate
}

func goodSecret(s string) bool {
	if len(s) < 16 || len(s) > 256 {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// usage is what khaibao -h prints before the settings.
const usage = `Khai Báo takes health declarations by chat and SMS.

  khaibao [serve]     serve everything (the default)
  khaibao chat        talk to it in this terminal: --channel, --from
  khaibao read        what the readers understand: read KIND [--context JSON] TEXT
  khaibao officer     add, reset or disable an officer
  khaibao demo        fill the database with invented people
  khaibao rebuild     count all figures anew; --check compares only
  khaibao keys        keys status: which keys there are, never a key itself
  khaibao migrate     bring the database up to date and stop
  khaibao help        this text; each command has its own with -h
`

// help prints how a command is called: its own flags, then the settings, which
// all commands share.
func (c *config) help(out io.Writer, command string, own *flag.FlagSet) {
	if command == "serve" {
		fmt.Fprint(out, usage)
	} else {
		for line := range strings.Lines(usage) {
			if strings.HasPrefix(line, "  khaibao "+command+" ") {
				fmt.Fprint(out, strings.TrimSpace(line), "\n\n")
			}
		}
		own.SetOutput(out)
		own.PrintDefaults()
	}
	fmt.Fprint(out, "\nSettings, each an environment variable and a flag (KHAIBAO_KEY_FILE or --key-file).\nA flag wins, but shows in the list of processes: give secrets by the environment.\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range c.settings(new(string)) {
		fmt.Fprintf(table, "  %s%s\t%s\t%s\n", envPrefix, s.name, cmp.Or(s.preset, "-"), s.usage)
	}
	table.Flush()
}

func isHelp(err error) bool { return errors.Is(err, flag.ErrHelp) }

// asksHelp tells whether an argument asks for help.
func asksHelp(arg string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg)
}
