package core

import "time"

// Watched is a monitoring as an address that answers for it sees it.
type Watched struct {
	Monitoring
	Number    int    // the person's own among all of the address, from 1; it never changes
	Name      string // as last declared; only the given name may stand in an SMS
	BirthYear int    // 0 when not known
	// Conditions are the illnesses that the newest declaration named, as its
	// facts keep them; nil when it named none or did not say.
	Conditions []string
	Class      Class // an officer's word, F0 to F3; ClassNone without one

	Asked    Day       // the newest day with a prompt that waits for its answer; "" for none
	Answered Day       // the newest day that an answer counts for; "" for never
	Last     time.Time // when the last answer came; zero for never
	Colour   Colour    // the worst since an officer last lowered it
	Stopped  bool      // said STOP: nothing is sent, and an officer calls
}

// Over tells whether the monitoring has ended: an answer is kept all the same.
func (w Watched) Over() bool { return !w.Ended.IsZero() }

// KeptCheckup is what became of an answer.
type KeptCheckup struct {
	Again  bool   // this message was kept before; nothing changed
	Over   bool   // it came after the end: kept and shown to officers, who may open the monitoring again
	Colour Colour // the worst since an officer last lowered it, this answer included
	Worse  bool   // than anything since then
	Task   string // kind of the task that it opened or made more urgent; "" for none
}

// The kinds of tasks about monitoring. While one of a kind is open for a
// monitoring, what would open another counts as one more attempt.
const (
	TaskRed     = "red"     // red signs: call within 15 minutes
	TaskIll     = "ill"     // symptoms that are not red
	TaskSilent  = "silent"  // did not answer; Note is NoteNever or NoteStopped
	TaskCall    = "call"    // did not answer and must be called; Note likewise
	TaskNoWay   = "no_way"  // no message reaches the person
	TaskStop    = "stopped" // wants no messages
	TaskOverdue = "overdue" // the period is over without an answer on its last day, or while ill
)

// MonitoringTasks lists the kinds of tasks about monitoring, the most urgent first.
func MonitoringTasks() []string {
	return []string{TaskRed, TaskIll, TaskCall, TaskNoWay, TaskStop, TaskSilent, TaskOverdue}
}

// Notes of the tasks about silence.
const (
	NoteNever   = "never"   // never reached
	NoteStopped = "stopped" // answered before
)

// Stricter orders kinds: which of two asks more of the person and of officers.
func (k Kind) Stricter(than Kind) bool { return k.strictness() > than.strictness() }

func (k Kind) strictness() int {
	switch k {
	case KindWatch:
		return 1
	case KindLockdown:
		return 2
	case KindHome:
		return 3
	case KindCentral:
		return 4
	case KindPatient:
		return 5
	}
	return 0
}

// OpenedMonitoring is what came of opening a monitoring.
type OpenedMonitoring struct {
	Monitoring
	Fresh   bool // none was open for the person
	Changed bool // one was, and asks more or lasts longer now
	NoWay   bool // no message reaches the person: officers have a task
}
