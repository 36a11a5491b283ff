package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/reading"
	"khaibao/core/sheet"
	"khaibao/core/store"
	"khaibao/core/store/storetest"
)

// steps runs a job of a kind to its end, or as many steps as given.
func (x *site) steps(kind string, most int, step func(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error)) (done int) {
	x.t.Helper()
	now := x.tick()
	j, found, err := x.s.TakeJob(x.t.Context(), now, now.Add(time.Minute), []string{kind})
	if err != nil {
		x.t.Fatal(err)
	}
	for found && done < most && j.Ended.IsZero() {
		if j, err = step(x.t.Context(), now, now.Add(time.Minute), j); err != nil {
			x.t.Fatal(err)
		}
		done++
	}
	if found {
		if err := x.s.ReleaseJob(x.t.Context(), j.ID); err != nil {
			x.t.Fatal(err)
		}
	}
	return done
}

var onceKey = regexp.MustCompile(`name="once" value="([^"]+)"`)

// export presses the button of a list and gives the road to its page.
func (b *browser) export(list string, form url.Values) string {
	b.x.t.Helper()
	form.Set("list", list)
	form.Set("once", core.NewID())
	got := b.post("/admin/exports", form)
	if got.status != http.StatusSeeOther {
		b.x.t.Fatalf("export of %s: %d %s", list, got.status, got.body)
	}
	return got.header.Get("Location")
}

// table reads a downloaded file.
func (b *browser) table(road string, columns ...string) (*sheet.Table, []int) {
	b.x.t.Helper()
	got := b.get(road + "/file")
	if got.status != 200 || got.header.Get("Content-Type") != sheet.MIME || !strings.Contains(got.header.Get("Content-Disposition"), ".xlsx") {
		b.x.t.Fatalf("file of %s: %d %s", road, got.status, got.header)
	}
	tab, err := sheet.Read(strings.NewReader(got.body), int64(len(got.body)), sheet.Limits{})
	if err != nil {
		b.x.t.Fatal(err)
	}
	var find []sheet.Column
	for _, c := range columns {
		find = append(find, sheet.Column{Key: c, Names: []string{c}})
	}
	at, err := tab.Find(find)
	if err != nil {
		b.x.t.Fatal(err)
	}
	return tab, at
}

func TestExportOfDeclarations(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		crowd(x)
		x.declare(said{name: "=1+1 Văn Tính", birth: "1990-05-06", id: "046090000777", phone: "+84900000077", commune: anDong})
		cdc, leader, other := x.as(duty.CDC, "46"), x.as(duty.Leader, "46"), x.as(duty.CDC, "46")
		page := cdc.get("/admin/declarations?area=474")
		page.wants(t, "the list", 200, "Tải về Excel", `name="list" value="declarations"`, `name="area" value="474"`)
		form := url.Values{"list": {"declarations"}, "area": {"474"}, "once": {onceKey.FindStringSubmatch(page.body)[1]}}
		road := cdc.post("/admin/exports", form).header.Get("Location")
		if again := cdc.post("/admin/exports", form).header.Get("Location"); again != road || !strings.HasPrefix(road, "/admin/exports/") {
			t.Errorf("the same form sent twice led to %q and %q", road, again)
		}
		cdc.get(road).wants(t, "while it waits", 200, "trong 6 dòng", "data-again", "rời trang này", "Địa bàn: ")
		cdc.get(road+"/file").wants(t, "before it is done", http.StatusNotFound)
		other.get(road).wants(t, "another officer", http.StatusNotFound)
		x.steps(store.JobExport, 100, x.server.ExportStep)
		cdc.get(road).wants(t, "done", 200, "Xong", "6 trong 6 dòng", "Tải tệp về máy")
		tab, at := cdc.table(road, "Họ tên", "Ngày sinh", "Số giấy tờ", "Điện thoại", "Triệu chứng", "Khai lúc")
		if slices.Contains(at, -1) || len(tab.Rows) != 6+1 { // the last one says how many
			t.Fatalf("columns at %v, %d rows: %q", at, len(tab.Rows), tab.Header)
		}
		seen := false
		for _, row := range tab.Rows[:6] {
			if row[at[0]].Text == "=1+1 Văn Tính" {
				seen = true
				if row[at[1]].Text != "1990-05-06" || row[at[1]].Kind != sheet.Date || row[at[2]].Text != "046090000777" || row[at[3]].Text != "0900 000 077" || row[at[0]].Formula || row[at[5]].Kind != sheet.Date {
					t.Errorf("row %+v", row)
				}
			}
		}
		if last := tab.Rows[6][0].Text; !seen || last != "Hết danh sách: 6 dòng" {
			t.Errorf("seen %v, the last row says %q", seen, last)
		}
		other.get(road+"/file").wants(t, "another officer's download", http.StatusNotFound)

		masked := leader.export("declarations", url.Values{"show": {"symptomatic"}, "name": {"An"}})
		x.steps(store.JobExport, 100, x.server.ExportStep)
		tab, at = leader.table(masked, "Họ tên", "Số giấy tờ", "Triệu chứng", "Ngày sinh")
		if at[0] < 0 || at[1] >= 0 || at[2] >= 0 || at[3] >= 0 || len(tab.Rows) != 8+1 {
			t.Errorf("a leader's file has columns %q and %d rows", tab.Header, len(tab.Rows))
		}
		for _, row := range tab.Rows[:8] {
			if strings.Contains(row[at[0]].Text, " ") {
				t.Errorf("a leader's file names %q", row[at[0]].Text)
			}
		}

		// A week later it is gone, and says so.
		if err := x.s.DropExports(t.Context(), started.Add(store.ExportKept+time.Hour), started.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		cdc.get(road).wants(t, "gone", 200, "Đã xóa", "no:Tải tệp về máy")
		cdc.get(road+"/file").wants(t, "the file of what is gone", http.StatusNotFound)
	})
}

// Over a thousand people need a second officer, who is another one of the same
// area or above it; a stop in the middle goes on where it was.
func TestExportOfManyIsConfirmedAndGoesOn(t *testing.T) {
	eachSite(t, func(t *testing.T, x *site) {
		total := store.ConfirmedFrom + 1200
		if testing.Short() {
			total = store.ConfirmedFrom + 1
		}
		x.many(total)
		asks, confirms, below := x.as(duty.CDC, "474"), x.as(duty.CDC, "46"), x.as(duty.CDC, "480")
		road := asks.export("declarations", url.Values{})
		if x.steps(store.JobExport, 1, x.server.ExportStep) != 0 {
			t.Fatal("it began before anybody confirmed it")
		}
		asks.get(road).wants(t, "waits", 200, "Chờ người thứ hai xác nhận", "no:Xác nhận cho tải")
		asks.post(road, url.Values{"do": {"confirm"}}).wants(t, "one's own", http.StatusConflict, "không tự xác nhận")
		below.get(road).wants(t, "another area", http.StatusNotFound)
		below.post(road, url.Values{"do": {"confirm"}}).wants(t, "another area", http.StatusNotFound)
		confirms.get("/admin/exports").wants(t, "to confirm", 200, "Chờ Anh/Chị xác nhận", "Tờ khai y tế")
		confirms.get(road).wants(t, "the request", 200, "Xác nhận cho tải", "Không lọc")
		confirms.post(road, url.Values{"do": {"confirm"}})
		x.steps(store.JobExport, 1, x.server.ExportStep) // and the node stops
		asks.get(road).wants(t, "half way", 200, "Đang làm", "1.000 trong")
		x.steps(store.JobExport, 100, x.server.ExportStep)
		tab, _ := asks.table(road, "Họ tên")
		if len(tab.Rows) != total+1 {
			t.Errorf("%d rows, want %d", len(tab.Rows)-1, total)
		}
		for i, n := range tab.Numbers[:total] {
			if n != tab.HeaderRow+1+i {
				t.Fatalf("row %d stands in %d", i, n)
			}
		}
		confirms.get(road+"/file").wants(t, "who confirmed does not download", http.StatusNotFound)
		asks.post(road, url.Values{"do": {"cancel"}})
		asks.get(road+"/file").wants(t, "removed", http.StatusNotFound)
	})
}

// many adds people with a declaration each, without conversations.
func (x *site) many(n int) {
	x.t.Helper()
	const part = 500
	err := x.s.Load(x.t.Context(), store.Load{Name: "many", Parts: (n + part - 1) / part, Stored: func(int, int) {}, Part: func(p int) (all [][]core.Declaration) {
		for i := p * part; i < min(n, (p+1)*part); i++ {
			name := fmt.Sprintf("Nguyễn Thị %c%c%c", 'A'+i%26, 'a'+i/26%26, 'a'+i/676%26)
			at := started.Add(-time.Duration(i) * time.Second)
			all = append(all, []core.Declaration{{Form: "resident", Day: core.DayOf(at), At: at, Channel: "telegram", Phone: fmt.Sprintf("+84900%06d", i), Proven: true, Notice: 1,
				Facts: map[string]any{"symptoms": []string{"fever"}, "exposures": []string{}}, Private: map[string]any{},
				Person: core.PersonFacts{Name: name, Folded: reading.Fold(name), SortKey: reading.SortKey(name), Birth: fmt.Sprint(1930 + i%80), Sex: "female", IDType: "cccd",
					ID: fmt.Sprintf("0461%08d", i), Commune: anDong, District: "474", Province: "46", Sub: "TDP 3", House: "12 Bà Triệu"}}})
		}
		return all
	}})
	if err != nil {
		x.t.Fatal(err)
	}
}

// Each download is logged: how many rows of which list by which filters, and of
// a name that was searched for only that one was.
func TestDownloadsAreLogged(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "k.db")
	x := newSite(t, storetest.Open(t, url))
	crowd(x)
	cdc := x.as(duty.CDC, "46")
	road := cdc.export("declarations", map[string][]string{"name": {"Nhung"}, "show": {""}, "area": {"474"}})
	cdc.get(road).wants(t, "the request", 200, "Nhung")
	x.steps(store.JobExport, 10, x.server.ExportStep)
	cdc.table(road, "Họ tên")
	cdc.table(road, "Họ tên")
	rows := storetest.NewLook(t, url).Texts("SELECT fields FROM reads WHERE screen = 'export'")
	if len(rows) != 2 || rows[0][0] != "declarations rows=1 area=474 name " {
		t.Errorf("logged as %q", rows)
	}
	for _, row := range storetest.NewLook(t, url).Texts("SELECT args || cursor || result FROM jobs") {
		if strings.Contains(row[0], "Nhung") {
			t.Errorf("a job holds a name: %q", row)
		}
	}
}

// held is how much memory is in use.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestExportOfOtherLists(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	an := x.declare(said{name: "Nguyễn Văn An", birth: "1955", id: "046055000123", phone: "+84900000001", commune: anDong})
	x.openTask("misunderstood", anDong, "symptoms")
	x.monitor(started.Add(-time.Hour), atHome(an.PersonID, anDong))
	cdc := x.as(duty.CDC, "46")
	cdc.get("/admin/monitoring").wants(t, "the monitored", 200, `name="list" value="monitoring"`)
	cdc.get("/admin/tasks").wants(t, "tasks", 200, `name="list" value="tasks"`)
	watched, tasks := cdc.export("monitoring", url.Values{"which": {"all"}}), cdc.export("tasks", url.Values{})
	for range 2 {
		x.steps(store.JobExport, 100, x.server.ExportStep)
	}
	if tab, at := cdc.table(watched, "Họ tên", "Từ ngày"); len(tab.Rows) != 2 || tab.Rows[0][at[0]].Text != "Nguyễn Văn An" || tab.Rows[0][at[1]].Kind != sheet.Date {
		t.Errorf("the monitored: %+v", tab.Rows)
	}
	if tab, _ := cdc.table(tasks, "Việc"); len(tab.Rows) < 2 {
		t.Errorf("tasks: %+v", tab.Rows)
	}
	x.as(duty.Police, "46").post("/admin/exports", url.Values{"list": {"tasks"}, "once": {"x"}}).wants(t, "police", http.StatusNotFound)
	cdc.post("/admin/exports", url.Values{"list": {"officers"}, "once": {"x"}}).wants(t, "no such list", http.StatusNotFound)
	cdc.post("/admin/exports", url.Values{"list": {"tasks"}}).wants(t, "without a key", http.StatusUnprocessableEntity)
	cdc.post("/admin/exports", url.Values{"list": {"declarations"}, "from": {"31/02/2021"}, "once": {"y"}}).wants(t, "no day", http.StatusUnprocessableEntity)
	cdc.post("/admin/exports", url.Values{"list": {"declarations"}, "area": {"48"}, "once": {"z"}}).wants(t, "an area outside", http.StatusNotFound)
}

// Who lost the account, or was moved, gets no further row.
func TestExportEndsWithTheRightToIt(t *testing.T) {
	x := newSite(t, storetest.SQLite(t))
	crowd(x)
	o, password := x.officer(duty.CDC, "46", false)
	b := x.signedIn(o, password)
	road := b.export("declarations", url.Values{})
	if err := x.s.DisableOfficer(t.Context(), started, o.ID); err != nil {
		t.Fatal(err)
	}
	x.steps(store.JobExport, 10, x.server.ExportStep)
	e, err := x.s.Export(t.Context(), o, strings.TrimPrefix(road, "/admin/exports/"))
	if err != nil || e.Job.Error == "" || e.Rows != 0 {
		t.Errorf("%+v, %v", e, err)
	}
	if _, _, _, err := x.s.OpenExport(t.Context(), store.Look{Officer: o, At: started}, e.Job.ID, ""); !errors.Is(err, core.ErrNotFound) {
		t.Errorf("it opens: %v", err)
	}
}

// 50,000 rows take less than 100 MB; in short 2,000. How long they take is told.
func TestExportOfFiftyThousand(t *testing.T) {
	total := 2_000
	if os.Getenv("KHAIBAO_SOAK") == "1" {
		total = 50_000
	}
	x := newSite(t, storetest.SQLite(t))
	x.many(total)
	o, password := x.officer(duty.CDC, "46", false)
	asks, confirms := x.signedIn(o, password), x.as(duty.CDC, "46")
	road := asks.export("declarations", url.Values{})
	confirms.post(road, url.Values{"do": {"confirm"}})
	before, began := held(), time.Now()
	most := uint64(0)
	x.steps(store.JobExport, 1000, func(ctx context.Context, now, until time.Time, j core.Job) (core.Job, error) {
		j, err := x.server.ExportStep(ctx, now, until, j)
		if j.Done%10_000 == 0 {
			most = max(most, held())
		}
		return j, err
	})
	var file bytes.Buffer
	id := strings.TrimPrefix(road, "/admin/exports/")
	e, frame, pieces, err := x.s.OpenExport(t.Context(), store.Look{Officer: o, At: started}, id, "")
	if err == nil {
		err = sheet.Assemble(&file, frame, pieces)
	}
	took := time.Since(began)
	most = max(most, held())
	t.Logf("%d rows: %v, %d MB beside the %d MB of before, %d KB of a file", e.Rows, took, (most-min(most, before))>>20, before>>20, file.Len()>>10)
	if err != nil || e.Rows != total || most-min(most, before) > 100<<20 {
		t.Errorf("%d rows in %v, %d MB: %v", e.Rows, took, (most-min(most, before))>>20, err)
	}
}
