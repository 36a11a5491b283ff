package reading

import (
	"strings"
	"testing"
)

const (
	publicHost = "khaibao.example"
	code       = "ABCDEFGHIJKLMNOPQRSTUVWX27"
)

func TestReadQROurs(t *testing.T) {
	tests := []struct {
		name, text, code string
	}{
		{"the link", "https://khaibao.example/q/" + code, code},
		{"in capitals, as drawn", "HTTPS://KHAIBAO.EXAMPLE/Q/" + code, code},
		{"in small letters", strings.ToLower("https://khaibao.example/q/" + code), code},
		{"with blanks and a line end", " https://khaibao.example/q/" + code + "\r\n", code},
		{"plain http, a slash and a query", "http://khaibao.example/q/" + code + "/?a=1#b", code},
		{"without the scheme", "khaibao.example/q/" + code, code},
		{"the path alone", "/q/" + code, code},
		{"the code alone", strings.ToLower(code), code},
		{"another host", "https://evil.example/q/" + code, ""},
		{"our host as a prefix", "https://khaibao.example.evil.example/q/" + code, ""},
		{"our host as a user", "https://khaibao.example@evil.example/q/" + code, ""},
		{"another path", "https://khaibao.example/x/" + code, ""},
		{"a letter too many", "https://khaibao.example/q/" + code + "A", ""},
		{"a letter too few", code[1:], ""},
		{"digits that base32 lacks", "https://khaibao.example/q/" + strings.Replace(code, "2", "1", 1), ""},
	}
	for _, test := range tests {
		got := ReadQR(test.text, publicHost)
		if got.Code != test.code || (got.Kind == "ours") != (test.code != "") || test.code == "" && got.Kind != "unknown" || got.Text != test.text {
			t.Errorf("%s: ReadQR(%q) = %+v", test.name, test.text, got)
		}
	}
	for _, host := range []string{"https://khaibao.example", "http://KHAIBAO.example/", "khaibao.example"} {
		if got := ReadQR("https://khaibao.example/q/"+code, host); got.Kind != "ours" {
			t.Errorf("public host %q: %+v", host, got)
		}
	}
	if got := ReadQR("http://127.0.0.1:8080/q/"+code, "127.0.0.1:8080"); got.Code != code {
		t.Errorf("with a port: %+v", got)
	}
}

func TestReadQRCards(t *testing.T) {
	an := CardQR{Kind: "cccd", ID: "046085001234", OldID: "191234567", Name: "Nguyễn Văn An", Birth: "1985-02-01", Sex: "male", Address: "TDP 3, An Cựu, Huế", Issued: "2021-05-10"}
	tests := []struct {
		name, text string
		change     func(q *CardQR)
	}{
		{"seven fields", "046085001234|191234567|Nguyễn Văn An|01021985|Nam|TDP 3, An Cựu, Huế|10052021", func(q *CardQR) {}},
		{"no CMND before", "046085001234||Nguyễn Văn An|01021985|Nam|TDP 3, An Cựu, Huế|10052021", func(q *CardQR) { q.OldID = "" }},
		{"dates with slashes", "046085001234|191234567|Nguyễn Văn An|01/02/1985|Nam|TDP 3, An Cựu, Huế|10/05/2021", func(q *CardQR) {}},
		{"six fields, no CMND", "046085001234|Nguyễn Văn An|01021985|Nam|TDP 3, An Cựu, Huế|10052021", func(q *CardQR) { q.OldID = "" }},
		{"six fields, no day of issue", "046085001234|191234567|Nguyễn Văn An|01021985|Nam|TDP 3, An Cựu, Huế", func(q *CardQR) { q.Issued = "" }},
		{"a birth year only", "046085001234|191234567|Nguyễn Văn An|1985|Nam|TDP 3, An Cựu, Huế|10052021", func(q *CardQR) { q.Birth = "1985" }},
		{"decomposed, with BOM and line end", "\ufeff046085001234|191234567|Nguye\u0302\u0303n Va\u0306n An|01021985|Nam|TDP 3, An Cu\u031b\u0323u, Hue\u0302\u0301|10052021\r\n", func(q *CardQR) {}},
		{"the Ministry's, masked", "******001234|NGUYEN VAN AN|1985-**-**|0|q-12|x<1<DN4464612345678<0900123456<sig", func(q *CardQR) {
			*q = CardQR{Kind: "ministry", ID: "******001234", Name: "NGUYEN VAN AN", Birth: "1985", Sex: "male", QID: "q-12", Masked: true,
				Insurance: "DN4464612345678", Phone: "+84900123456"}
		}},
		{"the Ministry's, with numbers hidden or out of place", "******001234|NGUYEN VAN AN|1985-**-**|0|q-12|x<1<0900123456x<DN4464612345678<sig", func(q *CardQR) {
			*q = CardQR{Kind: "ministry", ID: "******001234", Name: "NGUYEN VAN AN", Birth: "1985", Sex: "male", QID: "q-12", Masked: true}
		}},
		{"the Ministry's, with a social insurance number and half a phone", "******001234|NGUYEN VAN AN|1985-**-**|0|q-12|<0<4612345678<******3456", func(q *CardQR) {
			*q = CardQR{Kind: "ministry", ID: "******001234", Name: "NGUYEN VAN AN", Birth: "1985", QID: "q-12", Masked: true, Insurance: "4612345678"}
		}},
		{"five fields: an SMS cut the address off", "046085001234|191234567|Nguyễn Văn An|01021985|Nam", func(q *CardQR) { q.Address, q.Issued = "", "" }},
		{"five fields, no CMND", "046085001234|Nguyễn Văn An|01021985|Nam|TDP 3, An Cựu, Huế", func(q *CardQR) { q.OldID, q.Issued = "", "" }},
		{"words before it", "Mã của tôi: 046085001234|191234567|Nguyễn Văn An|01021985|Nam|TDP 3, An Cựu, Huế|10052021", func(q *CardQR) {}},
		{"wide signs", "046085001234｜191234567｜Nguyễn Văn An｜01021985｜Nam｜TDP 3, An Cựu, Huế｜10052021", func(q *CardQR) {}},
		{"the parents' names behind", "046085001234|191234567|Nguyễn Văn An|01021985|Nam|TDP 3, An Cựu, Huế|10052021||Nguyễn Văn Ba|Lê Thị Tư|", func(q *CardQR) {}},
		{"the Ministry's, whole", "046185001234|LE THI HOA|1985-02-01|1|q-12|q-9<2", func(q *CardQR) {
			*q = CardQR{Kind: "ministry", ID: "046185001234", Name: "LE THI HOA", Birth: "1985-02-01", Sex: "female", QID: "q-12"}
		}},
		{"the Ministry's without EXT", "******001234|LE THI HOA|****-**-**|1|q-12", func(q *CardQR) {
			*q = CardQR{Kind: "ministry", ID: "******001234", Name: "LE THI HOA", QID: "q-12", Masked: true}
		}},
		{"the Ministry's without its key", "******001234|LE THI HOA|1985-**-**|0||", func(q *CardQR) { *q = CardQR{Kind: "unknown"} }},
		{"no such province", "999085001234||Nguyễn Văn An|01021985|Nam|Huế|10052021", func(q *CardQR) { *q = CardQR{Kind: "unknown"} }},
		{"no such day", "046085001234||Nguyễn Văn An|31021985|Nam|Huế|10052021", func(q *CardQR) { *q = CardQR{Kind: "unknown"} }},
		{"an insurance card", "DN4464612345678|4e677579|01/02/1985|1|48|46 - 001|01/01/2021|-|01/01/2021", func(q *CardQR) { *q = CardQR{Kind: "unknown"} }},
		{"a vaccine passport", "HC1:6BFOXN", func(q *CardQR) { *q = CardQR{Kind: "unknown"} }},
		{"empty fields", "||||||", func(q *CardQR) { *q = CardQR{Kind: "unknown"} }},
		{"nothing", "", func(q *CardQR) { *q = CardQR{Kind: "unknown"} }},
	}
	for _, test := range tests {
		want := an
		test.change(&want)
		got := ReadQR(test.text, publicHost)
		if want.Text = got.Text; got != want {
			t.Errorf("%s: ReadQR(%q)\n got %+v\nwant %+v", test.name, test.text, got, want)
		}
		if strings.TrimPrefix(test.text, "\ufeff") != got.Text {
			t.Errorf("%s: the text was changed to %q", test.name, got.Text)
		}
	}
}
