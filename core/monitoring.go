package core

import "time"

// Kind is how a person is watched.
type Kind string

// The kinds of monitoring.
const (
	KindNone     Kind = ""
	KindCentral  Kind = "central"  // in a quarantine facility
	KindHome     Kind = "home"     // quarantine at home
	KindWatch    Kind = "watch"    // health watch
	KindLockdown Kind = "lockdown" // lives in a locked-down area
	KindPatient  Kind = "patient"  // a patient cared for at home
)

// Window is the half of a day in which a person wants to be asked.
type Window string

// The windows; their hours are in core/monitor.
const (
	WindowMorning   Window = "morning"
	WindowAfternoon Window = "afternoon"
)

// Monitoring is a period in which a person is watched.
type Monitoring struct {
	ID                          string
	PersonID                    string
	Kind                        Kind
	Commune, District, Province string // GSO codes of who has the duty; only Province is always known
	Sub                         string // quarter or hamlet
	Facility                    string // name of the quarantine facility; "" at home
	Room                        string

	// The end is derived, and can be derived again: Base + Days + Extended,
	// never earlier than what was promised unless an officer says so.
	From     Day    // first day
	Base     Day    // day of the last exposure, that the days are counted from
	Days     int    // by the rules
	Extended int    // days that an officer added
	Until    Day    // last day
	Rules    string // version of the rules that gave Days
	Tests    []Day  // on which a test is due by the rules; only said when it is opened

	Window  Window
	Address string // ID of the address that answers; "" when no way is known
	Batch   string // ID shared by all that were opened together; "" for one alone
	Origin  Origin

	Opened   time.Time
	OpenedBy string    // officer's ID, "" when by a verdict
	Ended    time.Time // zero while it runs
	End      End
	EndedBy  string // officer's ID, "" when by the schedule
	Version  int    // grows with each change by an officer: what was read is what is written over
}

// Origin is what opened a monitoring.
type Origin string

// The origins.
const (
	OpenedByOfficer Origin = "officer"
	OpenedByVerdict Origin = "verdict"
	OpenedByArea    Origin = "area" // everybody in a locked-down area
)

// End is how a monitoring ended (docs/reference/follow-up.md, lesson 9).
type End string

// The ends.
const (
	EndNone      End = ""
	EndCompleted End = "completed" // answered on the last day, without symptoms
	EndOverdue   End = "overdue"   // the period is over and the person was not heard of, or is ill
	EndClosed    End = "closed"    // by an officer, with a reason
)

// Checkup is one answer about one watched person.
type Checkup struct {
	MonitoringID string
	PersonID     string
	Day          Day       // the civil day that it counts for
	At           time.Time // when it came
	Symptoms     []string  // IDs of docs/reference/vietnam.md 2.4; empty with Well: none
	Well         bool      // said to be well
	Temperature  float64   // °C, 0 when not told
	SpO2         int       // %, 0 when not told
	Words        string    // what else was typed, kept sealed; "" for nothing
	Colour       Colour    // by the rules
	AddressID    string    // who told; "" for an officer
	OfficerID    string    // who typed it in; "" when it came by a channel
	MessageID    string    // of the message that told it: one message counts once
}
