package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/sheet"
	"khaibao/core/store"
)

// A list of a unit's officers is a small file: a first password takes some time
// to be made, and while they are made others sign in.
const (
	maxAccounts   = 300
	maxAccountsMB = 2
)

// Columns of a list of accounts.
const (
	colName = iota
	colDuty
	colArea
	colSignIn
)

var accountColumns = []sheet.Column{
	{Key: "name", Names: []string{"Họ và tên", "Họ tên", "Tên cán bộ", "Full name", "Name"}, Must: true},
	{Key: "duty", Names: []string{"Nhiệm vụ", "Vai trò", "Nhóm", "Duty"}, Must: true},
	{Key: "area", Names: []string{"Địa bàn", "Đơn vị", "Khu vực", "Mã địa bàn", "Area"}, Must: true},
	{Key: "sign_in", Names: []string{"Tên đăng nhập", "Tài khoản", "Sign-in name"}},
}

// listRow is one line of a list of accounts, as it was read.
type listRow struct {
	N        int // as Excel numbers it
	Name     string
	Duty     duty.Duty
	Area     string
	SignIn   string
	Typed    [4]string // as it stands in the file, shown beside an error
	Error    string    // locale key; "" for a good row
	Same     int       // the row it repeats
	Password string    // once it was added
}

// Good tells a row that can be added.
func (l listRow) Good() bool { return l.Error == "" }

// readAccounts reads a file into rows, each with what is wrong with it. An
// *sheet.Error says why there are none.
func (s *Server) readAccounts(r *request, file []byte) ([]listRow, error) {
	table, err := sheet.Read(bytes.NewReader(file), int64(len(file)), sheet.Limits{Bytes: maxAccountsMB << 20, Rows: maxAccounts + 50, Columns: 50})
	if err != nil {
		return nil, err
	}
	at, err := table.Find(accountColumns)
	if err != nil {
		return nil, err
	}
	if len(table.Rows) > maxAccounts {
		return nil, &sheet.Error{Reason: sheet.TooManyRows, Limit: maxAccounts}
	}
	rows := make([]listRow, len(table.Rows))
	for i, cells := range table.Rows {
		rows[i].N = table.Numbers[i]
		for col, k := range at {
			if k >= 0 && k < len(cells) {
				rows[i].Typed[col] = strings.ToValidUTF8(cells[k].Text, "")
			}
		}
		s.readRow(r, &rows[i])
	}
	return rows, s.compareRows(r, rows)
}

// readRow reads the four texts of one line.
func (s *Server) readRow(r *request, l *listRow) {
	name, err := reading.ReadName(l.Typed[colName])
	l.Name = name.Full
	l.Duty = s.readDuty(l.Typed[colDuty])
	l.Area = readArea(l.Typed[colArea], r.Officer.Area)
	typed := strings.TrimSpace(l.Typed[colSignIn])
	l.SignIn = cleanSignIn(typed)
	switch {
	case err != nil:
		l.Error = "admin.doors.wrong.name"
	case l.Duty == "":
		l.Error = "admin.doors.wrong.duty.list"
	case l.Area == "":
		l.Error = "admin.doors.wrong.area.list"
	case !r.Officer.AccountScope().Holds(l.Area):
		l.Error = "admin.doors.wrong.area.outside"
	case typed != "" && l.SignIn == "":
		l.Error = "admin.doors.wrong.sign_in"
	}
}

// readDuty reads a duty by its name in either language, or by its code.
func (s *Server) readDuty(text string) duty.Duty {
	key := reading.Fold(text)
	for _, d := range duty.All() {
		for _, name := range []string{string(d), s.Text("vi", "admin.duty."+string(d), nil), s.Text("en", "admin.duty."+string(d), nil)} {
			if key != "" && reading.Fold(name) == key {
				return d
			}
		}
	}
	return ""
}

// readArea reads an area by its GSO code or as people write it, inside the
// officer's own first; "" for none, or for one of several.
func readArea(text, within string) string {
	text = strings.TrimSpace(text)
	if u, ok := area.Get(text); ok {
		return u.Code
	}
	found, err := area.Read(text, area.Context{Within: within, Province: area.Province(within)})
	if err != nil {
		return ""
	}
	return found.Code
}

// who tells one officer from another where no sign-in name was given.
func (l listRow) who() string {
	return strings.Join([]string{reading.Fold(l.Name), string(l.Duty), l.Area}, "|")
}

// compareRows finds who stands in the list twice or has an account, and gives
// the others a name to sign in with. A list sent again adds nobody anew.
func (s *Server) compareRows(r *request, rows []listRow) error {
	page, err := s.Store.AllAccounts(r.Context(), r.Officer.AccountScope())
	if err != nil {
		return err
	}
	has := make(map[string]bool, len(page))
	for _, a := range page {
		has[listRow{Name: a.Name, Duty: a.Duty, Area: a.Area}.who()] = true
	}
	first, names := map[string]int{}, map[string]int{}
	for i := range rows {
		l := &rows[i]
		if !l.Good() {
			continue
		}
		who, given := l.who(), l.SignIn != ""
		switch {
		case given && names[l.SignIn] > 0:
			l.Error, l.Same = "admin.doors.wrong.repeated", names[l.SignIn]
		case !given && first[who] > 0:
			l.Error, l.Same = "admin.doors.wrong.repeated", first[who]
		case !given && has[who]:
			l.Error = "admin.doors.wrong.there"
		}
		if !l.Good() {
			continue
		}
		if err := s.nameRow(r, l, names); err != nil {
			return err
		}
		if l.Good() {
			first[who], names[l.SignIn] = l.N, l.N
		}
	}
	return nil
}

// maxNamesakes is how many of one name get a number.
const maxNamesakes = 50

// nameRow gives a row a name to sign in with that nobody has, or says that the
// one it has is taken.
func (s *Server) nameRow(r *request, l *listRow, names map[string]int) error {
	given, base := l.SignIn != "", signInOf(l.Name)
	if !given {
		l.SignIn = cleanSignIn(base)
	}
	for n := 2; ; n++ {
		_, _, err := s.Store.OfficerBySignIn(r.Context(), l.SignIn)
		free := errors.Is(err, core.ErrNotFound)
		switch {
		case err != nil && !free:
			return err
		case free && names[l.SignIn] == 0 && l.SignIn != "":
			return nil
		case given:
			l.Error = "admin.doors.wrong.taken"
			return nil
		case n > maxNamesakes || l.SignIn == "":
			l.Error = "admin.doors.wrong.sign_in"
			return nil
		}
		l.SignIn = cleanSignIn(base + "." + strconv.Itoa(n))
	}
}

// carried is what the form of a preview carries of its good rows.
func carried(rows []listRow) (string, error) {
	var good []listRow
	for _, l := range rows {
		if l.Good() {
			good = append(good, listRow{N: l.N, Name: l.Name, Duty: l.Duty, Area: l.Area, SignIn: l.SignIn})
		}
	}
	body, err := json.Marshal(good)
	return string(body), err
}

// templateFile is the empty list to be filled in, with what may stand in it.
func (s *Server) templateFile(r *request) ([]byte, error) {
	var names []string
	for _, d := range duty.All() {
		names = append(names, r.Duty(d))
	}
	p := sheet.Page{Name: r.T("admin.doors.list.sheet"), Above: []string{r.T("admin.doors.list.above"), r.T("admin.doors.list.duties", "duties", strings.Join(names, "; "))}}
	for _, c := range accountColumns {
		p.Heads = append(p.Heads, sheet.Head{Title: c.Names[0], Width: 34, Kind: sheet.Text})
	}
	var out bytes.Buffer
	err := sheet.Write(&out, p, nil)
	return out.Bytes(), err
}

// passwordFile is the sheet of first passwords, to be handed out and deleted.
func passwordFile(r *request, rows []listRow) ([]byte, error) {
	p := sheet.Page{Name: r.T("admin.doors.list.passwords.sheet"), Above: []string{r.T("admin.doors.password.what"), r.PublicURL() + homePath}}
	for _, key := range []string{"admin.doors.name", "admin.doors.duty", "admin.area", "admin.signin.name", "admin.doors.password.first"} {
		p.Heads = append(p.Heads, sheet.Head{Title: r.T(key), Width: 30, Kind: sheet.Text})
	}
	var lines [][]sheet.Cell
	for _, l := range rows {
		if l.Password == "" {
			continue
		}
		var line []sheet.Cell
		for _, text := range []string{l.Name, r.Duty(l.Duty), r.Area(l.Area), l.SignIn, l.Password} {
			line = append(line, sheet.Cell{Text: text, Kind: sheet.Text})
		}
		lines = append(lines, line)
	}
	var out bytes.Buffer
	err := sheet.Write(&out, p, lines)
	return out.Bytes(), err
}

// addRows adds the good rows, each for itself: what cannot be added says so,
// and the others stay. form is the form's key; the same one again adds nothing.
func (s *Server) addRows(r *request, form string, rows []listRow) (added int, err error) {
	hashes, err := firstPasswords(r.Context(), len(rows))
	if err != nil {
		return 0, err
	}
	look := store.Look{Officer: *r.Officer, Screen: "accounts", At: r.At}
	for i := range rows {
		l := &rows[i]
		o := duty.Officer{Name: l.Name, Duty: l.Duty, Area: l.Area, SignIn: l.SignIn}
		_, fresh, err := s.Store.AddAccount(r.Context(), look, r.Officer.AccountScope(), store.NewAccount{Form: form + "." + strconv.Itoa(l.N), Officer: o, PHC: hashes[i].phc})
		switch {
		case errors.Is(err, store.ErrTaken):
			l.Error = "admin.doors.wrong.taken"
		case errors.Is(err, core.ErrNotFound):
			l.Error = "admin.doors.wrong.area.outside"
		case err != nil:
			return added, err
		case !fresh:
			l.Error = "admin.doors.wrong.twice"
		default:
			l.Password = hashes[i].password
			added++
		}
	}
	return added, nil
}
