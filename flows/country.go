package flows

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"khaibao/core/reading"
	"khaibao/locales"
)

// countries maps folded names in Vietnamese and English to ISO 3166 codes. The
// names are those of Unicode's CLDR, and the short ones that people say.
var countries = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, 600)
	vi, en := display.Regions(language.Vietnamese), display.Regions(language.English)
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.Canonicalize().String() != code {
				continue
			}
			m[fold(vi.Name(region))], m[fold(en.Name(region))] = code, code
		}
	}
	for name, code := range map[string]string{
		"vn": "VN", "viet": "VN", "nuoc viet nam": "VN", "vietnamese": "VN", "vietnam": "VN", "viet nam": "VN",
		"my": "US", "hoa ky": "US", "usa": "US", "us": "US", "america": "US", "american": "US",
		"anh": "GB", "anh quoc": "GB", "uk": "GB", "england": "GB", "british": "GB", "nhat": "JP", "japanese": "JP",
		"han": "KR", "han quoc": "KR", "nam trieu tien": "KR", "korea": "KR", "south korea": "KR", "korean": "KR",
		"tau": "CN", "trung hoa": "CN", "chinese": "CN", "dai loan": "TW", "taiwanese": "TW",
		"uc": "AU", "australian": "AU", "lao": "LA", "cam pu chia": "KH", "campuchia": "KH", "cao mien": "KH",
		"thai": "TH", "nga": "RU", "russian": "RU", "duc": "DE", "german": "DE", "phap": "FR", "french": "FR",
		"scotland": "GB", "wales": "GB", "great britain": "GB", "united kingdom": "GB", "english": "GB", "hongkong": "HK", "hong kong": "HK", "indo": "ID", "united states of america": "US",
		"united states": "US", "the us": "US", "hop chung quoc hoa ky": "US", "cong hoa xa hoi chu nghia viet nam": "VN", "chxhcn viet nam": "VN", "chxhcnvn": "VN", "holland": "NL", "dutch": "NL",
		"italian": "IT", "y dai loi": "IT", "spanish": "ES", "canadian": "CA", "swiss": "CH", "swedish": "SE", "uae": "AE", "dubai": "AE", "lao people": "LA", "laotian": "LA", "cambodian": "KH",
		"singaporean": "SG", "malaysian": "MY", "indonesian": "ID", "ukrainian": "UA", "polish": "PL", "czech": "CZ", "tiep": "CZ", "tiep khac": "CZ",
		"an": "IN", "indian": "IN", "phi": "PH", "filipino": "PH", "mien dien": "MM", "burma": "MM", "ma lai": "MY", "sing": "SG",
	} {
		m[name] = code
	}
	return m
})

var abroad = sync.OnceValue(func() []string {
	codes := slices.Sorted(maps.Values(countries()))
	return slices.DeleteFunc(slices.Compact(codes), func(code string) bool { return code == "VN" })
})

// Abroad are the codes of all countries but Vietnam that a journey may come
// from, in their order. It is not to be changed.
func Abroad() []string { return abroad() }

// readCountry reads a country as its ISO 3166 code, "" when it is none.
func readCountry(text string) string {
	if strings.ToLower(reading.Clean(text)) == "ý" { // without its mark it is a letter
		return "IT"
	}
	key := fold(text)
	for _, before := range []string{"quoc tich ", "nguoi ", "nuoc ", "the ", "i am ", "from "} {
		key = strings.TrimPrefix(key, before)
	}
	return countries()[key]
}

// countryName names a country in the language of the person.
func countryName(code, lang string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if names := display.Regions(language.Make(locales.Known(lang))); names != nil {
		return names.Name(region)
	}
	return display.Regions(language.English).Name(region)
}
