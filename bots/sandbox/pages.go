package sandbox

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"khaibao/core"
)

// The page is for those who build, try or show the program, and not part of
// it: its words stand in its templates, in Vietnamese and English, and not in
// the locales.
//
//go:embed page
var pageFiles embed.FS

// pageLangs are the languages of the page, the first one by default.
var pageLangs = []string{"vi", "en"}

// templates are the page in each language.
var templates = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, lang := range pageLangs {
		all[lang] = template.Must(template.New("").Funcs(template.FuncMap{
			"t": func(vi, en string) string {
				if lang == "en" {
					return en
				}
				return vi
			},
			"lang":   func() string { return lang },
			"clock":  func(at time.Time) string { return at.In(core.Zone).Format("15:04") },
			"links":  links,
			"local":  local,
			"abroad": func(phone string) string { return strings.TrimPrefix(phone, "+") },
			"cards":  cardsOf,
			"hows":   func() []how { return hows },
			"keypad": func() []string {
				return []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"}
			},
		}).ParseFS(pageFiles, "page/*.html"))
	}
	return all
}()

// part is a stretch of a text; URL is set when it is a link.
type part struct{ Text, URL string }

// links finds the web links in a text, as telephones do.
func links(text string) []part {
	var parts []part
	for text != "" {
		start := strings.Index(text, "http")
		if start < 0 {
			break
		}
		end := strings.IndexAny(text[start:]+" ", " \n\t")
		link := strings.TrimRight(text[start:start+end], ".,;:!?)")
		u, err := url.Parse(link)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			start += len("http")
			parts = append(parts, part{Text: text[:start]})
			text = text[start:]
			continue
		}
		parts = append(parts, part{Text: text[:start]}, part{Text: link, URL: link})
		text = text[start+len(link):]
	}
	return append(parts, part{Text: text})
}

// local writes a Vietnamese number as people say it, 0900 000 101.
func local(phone string) string {
	rest, ok := strings.CutPrefix(phone, "+84")
	if !ok || len(rest) != 9 {
		return phone
	}
	return "0" + rest[:3] + " " + rest[3:6] + " " + rest[6:]
}

// csp lets the page load its own files and nothing else.
const csp = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Pages are the telephones, served at /sandbox/. They work without a script
// too; the script makes them live.
func (s *Sandbox) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sandbox/{$}", s.showWall)
	mux.HandleFunc("GET /sandbox/tel/{key}", s.showTelephone)
	mux.HandleFunc("GET /sandbox/tel/{key}/screen", s.showScreen)
	mux.HandleFunc("GET /sandbox/networks", s.showNetworks)
	mux.HandleFunc("GET /sandbox/picture/{id}", s.showPicture)
	mux.Handle("GET /sandbox/news", s.news)
	mux.HandleFunc("POST /sandbox/tel", s.addTelephone)
	mux.HandleFunc("POST /sandbox/networks", s.setNetwork)
	mux.HandleFunc("POST /sandbox/tel/{key}/{act}", s.act)
	static, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // cannot happen: the folder is embedded
	}
	files := http.StripPrefix("/sandbox/", http.FileServerFS(static))
	mux.Handle("GET /sandbox/style.css", files)
	mux.Handle("GET /sandbox/phones.js", files)
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		guarded.ServeHTTP(w, r)
	})
}

// pageLang is the language that the page was asked for in.
func pageLang(r *http.Request) string {
	if r.FormValue("lang") == "en" {
		return "en"
	}
	return pageLangs[0]
}

func (s *Sandbox) render(w http.ResponseWriter, r *http.Request, name string, data any) {
	var page strings.Builder
	if err := templates[pageLang(r)].ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, "template "+name+": "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(page.String())) // a reader that left wants no page
}

func (s *Sandbox) showWall(w http.ResponseWriter, r *http.Request) {
	var faces []face
	for _, t := range s.wall.all() {
		faces = append(faces, s.face(t, "", false))
	}
	s.render(w, r, "wall.html", map[string]any{
		"Faces": faces, "Networks": s.networks(), "Officers": s.officers, "HasSMS": s.sms != nil,
	})
}

func (s *Sandbox) showTelephone(w http.ResponseWriter, r *http.Request) {
	if t := s.wall.byKey(r.PathValue("key")); t != nil {
		s.render(w, r, "telephone.html", s.face(t, r.FormValue("app"), true))
		return
	}
	http.NotFound(w, r)
}

func (s *Sandbox) showScreen(w http.ResponseWriter, r *http.Request) {
	if t := s.wall.byKey(r.PathValue("key")); t != nil {
		s.render(w, r, "screen", s.face(t, r.FormValue("app"), r.FormValue("alone") == "1"))
		return
	}
	http.NotFound(w, r)
}

func (s *Sandbox) showNetworks(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, "networks", map[string]any{"Networks": s.networks()})
}

func (s *Sandbox) showPicture(w http.ResponseWriter, r *http.Request) {
	data := s.telegram.File(r.PathValue("id"))
	if data == nil && s.zalo != nil {
		data = s.zalo.File(r.PathValue("id"))
	}
	if data == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(data))
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(data) // a reader that left wants no picture
}
