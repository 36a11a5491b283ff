package store

// Retention says how long the rows of a table are kept and what decides it
// (docs/reference/security.md, 3). The nightly job that purges by it is not
// built yet; a table without a class cannot be added.
type Retention string

const (
	KeepForever  Retention = "forever"     // holds nothing of a person, or is needed to open what does
	KeepDay      Retention = "day"         // codes, counters of failures: 24 hours
	KeepWeek     Retention = "week"        // files of lists, and lists that were brought: 7 days
	KeepMonth    Retention = "month"       // bodies of messages, what was sent, web mail: 30 days
	KeepQuarter  Retention = "declaration" // 90 days after the last declaration, unless monitored
	KeepTwoYears Retention = "two years"   // who looked at what, who did what: 24 months
	KeepAddress  Retention = "address"     // 180 days of silence
	KeepTask     Retention = "task"        // 180 days after it was closed
	KeepOfficer  Retention = "officer"     // as long as somebody may ask who an entry in a log was
	KeepSignedIn Retention = "sign-in"     // until it ended
)

// retention is every table's class.
var retention = map[string]Retention{
	"schema_versions":  KeepForever,
	"keys":             KeepForever,
	"dated":            KeepForever,
	"marks":            KeepForever,
	"senders":          KeepForever,
	"tokens":           KeepForever,
	"token_offers":     KeepForever,
	"learned":          KeepForever,
	"addresses":        KeepAddress,
	"messages":         KeepMonth,
	"outbox":           KeepMonth,
	"web_mail":         KeepMonth,
	"codes":            KeepDay,
	"sign_in_failures": KeepDay,
	"people":           KeepQuarter,
	"ties":             KeepQuarter,
	"links":            KeepQuarter,
	"declarations":     KeepQuarter,
	"qr_codes":         KeepQuarter,
	"tasks":            KeepTask,
	"task_events":      KeepTask,
	"officers":         KeepOfficer,
	"sign_ins":         KeepSignedIn,
	"reads":            KeepTwoYears,
	"corrections":      KeepTwoYears,
	"rules":            KeepForever,
	"epidemic_areas":   KeepForever,
	"verdicts":         KeepTwoYears,
	"policy_revision":  KeepForever,
	"jobs":             KeepTask,
	"moves":            KeepTask,
	"exports":          KeepTwoYears, // who took out what; its rows go after a week
	"export_pieces":    KeepWeek,
	"imports":          KeepTwoYears, // who brought what; what stood in its rows goes after a week
	"import_rows":      KeepTwoYears,
	"withdrawals":      KeepTwoYears,
	// What a court may ask about a quarantine is kept as what officers did.
	"entries":           KeepMonth,
	"monitoring":        KeepTwoYears,
	"monitoring_events": KeepTwoYears,
	"monitoring_moves":  KeepTwoYears,
	"tests":             KeepTwoYears,
	"prompts":           KeepQuarter,
	"checkups":          KeepQuarter,
	"officer_codes":     KeepDay,
	"alerts":            KeepTask,
	"arrivals":          KeepQuarter,
	"triage":            KeepQuarter,
	"calls":             KeepTwoYears,
	"arrival_events":    KeepTwoYears,
	"second_factors":    KeepOfficer,
	"recovery_codes":    KeepOfficer,
	"account_events":    KeepTwoYears,
	// Counts of areas by day name nobody.
	"figures":       KeepForever,
	"figure_deltas": KeepForever,
}
