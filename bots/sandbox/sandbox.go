// Package sandbox imitates the networks, so that the whole program can be
// tried and tested with no account anywhere: the Bot API, an SMS gateway and a
// Zalo Official Account over HTTP, spoken to by the real channels, and a page
// with telephones.
//
// It imitates what the networks refuse and how they fail, not their size or
// their secrecy: everything lives in memory, and whoever opens the page holds
// every telephone. It must never run beside real credentials.
package sandbox

import (
	"net/http"
	"time"
)

// Options say what stands in the sandbox.
type Options struct {
	TelegramToken string     // of the imitated bot
	SMS           SMSNetwork // nil: no SMS
	Zalo          *Zalo      // nil: no Zalo
	Owners        []Owner    // of the first telephones; nil means three invented people
	Keypads       []Owner    // of the first keypad telephones, which have SMS only
	Officers      []Officer  // shown on the page, with their passwords
}

// Officer is a demo officer, as the page introduces them.
type Officer struct{ Name, Duty, Area, SignIn, Password string }

// Sandbox is the imitated networks with the telephones on them.
type Sandbox struct {
	telegram *Telegram
	sms      SMSNetwork
	zalo     *Zalo
	wall     *wall
	news     *news
	officers []Officer
}

// New makes a sandbox.
func New(o Options) *Sandbox {
	s := &Sandbox{
		telegram: NewTelegram(o.TelegramToken, Retry{}),
		sms:      o.SMS,
		zalo:     o.Zalo,
		wall:     newWall(),
		news:     newNews(),
		officers: o.Officers,
	}
	if o.Owners == nil && o.Keypads == nil {
		o.Owners, o.Keypads = firstOwners, firstKeypads
	}
	for _, owner := range o.Owners {
		s.add(owner, false)
	}
	for _, owner := range o.Keypads {
		s.add(owner, true)
	}
	s.telegram.OnChange(func(chat int64) { s.changed(s.wall.byChat(chat)) })
	if s.sms != nil {
		s.sms.OnChange(func(phone string) { s.changed(s.answering(phone)) })
	}
	if s.zalo != nil {
		s.zalo.OnChange(func(phone string) { s.changed(s.wall.byPhone(phone)) })
	}
	return s
}

// Invented people, with numbers that nobody has.
var (
	firstOwners = []Owner{
		{Name: "Nguyễn Văn Thử", Phone: "+84900000101", Lang: "vi"},
		{Name: "Sam Sample", Phone: "+84900000102", Lang: "en"},
	}
	firstKeypads = []Owner{{Name: "Trần Thị Mẫu", Phone: "+84900000103", Lang: "vi"}}
)

// API imitates the networks' interfaces: the Bot API below /telegram/, the SMS
// gateway below /twilio/, Zalo's hosts below /zalo/openapi/, /zalo/oauth/ and
// /zalo/business/, with people's pictures below /zalo/pictures/.
func (s *Sandbox) API() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/telegram/", http.StripPrefix("/telegram", s.telegram))
	if s.sms != nil {
		mux.Handle("/twilio/", http.StripPrefix("/twilio", s.sms.API()))
	}
	if s.zalo != nil {
		mux.Handle("/zalo/", http.StripPrefix("/zalo", s.zalo.API()))
	}
	return mux
}

// Close ends deliveries and open pages.
func (s *Sandbox) Close() {
	s.news.close()
	s.telegram.Close()
	if s.sms != nil {
		s.sms.Close()
	}
	if s.zalo != nil {
		s.zalo.Close()
	}
}

// add puts a telephone on the wall and on the networks.
func (s *Sandbox) add(o Owner, keypad bool) *Telephone {
	tel := s.wall.add(o, keypad)
	if tel != nil && !tel.Keypad {
		s.telegram.Meet(tel.Owner)
		if s.zalo != nil {
			s.zalo.Meet(tel.Owner)
		}
	}
	return tel
}

// answering is the telephone of a number. A message to a number that nobody on
// the wall has brings a keypad telephone up, so that no code is ever sent
// where one cannot read it.
func (s *Sandbox) answering(phone string) *Telephone {
	if tel := s.wall.byPhone(phone); tel != nil {
		return tel
	}
	tel := s.wall.add(Owner{Phone: phone, Lang: "vi"}, true)
	s.news.tell("wall")
	return tel
}

func (s *Sandbox) changed(tel *Telephone) {
	if tel != nil {
		s.news.tell(tel.Key())
	}
}

// telegramBase turns the wall's numbers into chat IDs as wide as Telegram's.
const telegramBase = 6_000_000_000

// startID is where IDs begin: the networks' IDs must be new after a restart,
// or the program would take new messages for old ones. They grow by ten a
// second, faster than anybody types.
func startID() int64 { return time.Now().UnixMilli()/100 - 16_000_000_000 }
