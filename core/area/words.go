package area

import (
	"strings"
)

// types is a set of unit types.
type types uint16

const (
	phuong types = 1 << iota
	xa
	thiTran
	quan
	huyen
	thiXa
	thanhPho      // under a province
	thanhPhoTrung // Thành phố Trung ương
	tinh
)

const (
	communeTypes  = phuong | xa | thiTran
	districtTypes = quan | huyen | thiXa | thanhPho
	provinceTypes = thanhPhoTrung | tinh
)

func typeOf(typ string, level Level) types {
	switch typ {
	case "Phường":
		return phuong
	case "Xã":
		return xa
	case "Thị trấn":
		return thiTran
	case "Quận":
		return quan
	case "Huyện":
		return huyen
	case "Thị xã":
		return thiXa
	case "Thành phố":
		return thanhPho
	case "Tỉnh":
		return tinh
	}
	if level == LevelProvince {
		return thanhPhoTrung
	}
	return 0
}

// sameLevel widens a set to all types of its levels: a commune that became a
// ward is still called xã for years.
func (t types) sameLevel() types {
	var out types
	for _, level := range []types{communeTypes, districtTypes, provinceTypes} {
		if t&level != 0 {
			out |= level
		}
	}
	return out
}

// marker is a word that says what the words after it are.
type marker struct {
	kind   markerKind
	types  types  // of a unit
	label  string // of a part of a commune ("TDP"), a street, or where noise stands
	number bool   // is one only with a number after it, unless typed with its marks
	form   string
}

type markerKind uint8

const (
	unitWord   markerKind = iota + 1 // phường, TP
	partWord                         // tổ, thôn: a part of a commune
	streetWord                       // đường, kiệt, chợ: what follows is no unit
	roadWord                         // quốc lộ: the number that follows is the road's
	noiseWord                        // em ở, ạ: says nothing of the place
)

// markers by key; the longest that fits counts.
var markers = newMarkers()

// maxMarker is the most words in a marker.
const maxMarker = 3

func newMarkers() map[string]marker {
	out := map[string]marker{}
	add := func(m marker, list string) {
		for text := range strings.SplitSeq(list, ",") {
			var key, form strings.Builder
			for _, tok := range tokenize(text) {
				key.WriteString(tok.key)
				form.WriteString(tok.form)
				form.WriteByte(toneDigit(tok.tone))
				form.WriteByte(' ')
			}
			m.form = strings.TrimSuffix(form.String(), " ")
			out[key.String()] = m
		}
	}
	unit := func(t types, list string) { add(marker{kind: unitWord, types: t}, list) }
	unit(phuong, "phường,p,ph,f")
	unit(xa, "xã,x")
	unit(thiTran, "thị trấn,tt,ttr,t trấn")
	unit(quan, "quận,q")
	unit(huyen, "huyện,h")
	unit(thiXa, "thị xã,tx,t xã")
	unit(thanhPho|thanhPhoTrung, "thành phố,tp,t phố,th phố")
	unit(tinh, "tỉnh,t")

	part := func(label, list string) { add(marker{kind: partWord, label: label}, list) }
	numbered := func(label, list string) { add(marker{kind: partWord, label: label, number: true}, list) }
	part("TDP", "tổ dân phố,tdp,tổ dp,t dân phố")
	numbered("TDP", "tổ")
	part("Thôn", "thôn")
	part("Xóm", "xóm")
	part("Khu phố", "khu phố,kp")
	part("Khu vực", "khu vực,kv")
	part("Khối phố", "khối phố")
	part("Khóm", "khóm")
	part("Buôn", "buôn")
	numbered("Làng", "làng")
	numbered("Ấp", "ấp")
	numbered("Bản", "bản")
	numbered("Khối", "khối")
	numbered("Khu", "khu")
	numbered("Cụm", "cụm")
	numbered("Đội", "đội")

	add(marker{kind: streetWord, label: "đường"}, "đường,phố,đại lộ")
	add(marker{kind: streetWord}, "số,số nhà,nhà số,sn,lô,kiệt,hẻm,hẽm,ngõ,ngách,"+
		"tòa nhà,chung cư,khu đô thị,kđt,khu công nghiệp,kcn,khu quy hoạch,kqh,khu tập thể,"+
		"chợ,cầu,trường,chùa,bệnh viện,khách sạn,nhà thờ,nhà hàng,công ty,cty,siêu thị,ga,sân bay,bến xe,"+
		"ngã ba,ngã tư,cảng,biển,bãi biển,sông,đầm,hồ,lăng,đèo,núi")
	add(marker{kind: roadWord}, "quốc lộ,ql,tỉnh lộ,tl,hương lộ,đường tỉnh,đt")
	add(marker{kind: noiseWord, label: "first"}, "dạ,thưa,vâng") // thôn Thanh Dạ
	add(marker{kind: noiseWord}, "ạ,nhé,nha,nhe,nghe,hỉ,thôi,đó,cũ,mới,"+
		"tôi,em,mình,con,cháu,anh,chị,nhà,ở,tại,từ,thuộc,địa chỉ,là,quê,quê quán,về,đi,đến,sống,hiện,đang,nay,"+
		"tạm trú,thường trú,hộ khẩu,hktt,nơi ở,chỗ ở,trú,việt nam,vn,và,"+
		"ward,commune,town,district,city,province,vietnam")
	return out
}

// fits reports whether tokens may be the marker: the same words, each unmarked
// or with the marker's marks. Phương is not phường, Tố is not tổ.
func (m *marker) fits(toks []token) (fits, marked bool) {
	n := name{form: m.form}
	q := n.compare(toks, true)
	if q == no {
		for i := range toks {
			if toks[i].marked {
				return false, false
			}
		}
		return true, false
	}
	return q != folded, q == exact || q == swapped
}

// familyNames are those after which a name is rather a person's, as streets
// are named: Nguyễn Thái Bình.
var familyNames = newFamilyNames()

func newFamilyNames() map[string]bool {
	out := map[string]bool{}
	for _, tok := range tokenize("nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô lý đinh trịnh trương đoàn lương") {
		out[tok.key] = true
	}
	return out
}

// typePrefixes are type words as they are typed without a blank: tphue.
var typePrefixes = []struct {
	key   string
	types types
}{
	{"thanhpho", thanhPho | thanhPhoTrung}, {"thitran", thiTran}, {"thixa", thiXa}, {"phuong", phuong}, {"huien", huyen},
	{"quan", quan}, {"tinh", tinh}, {"xa", xa}, {"tt", thiTran}, {"tx", thiXa}, {"tp", thanhPho | thanhPhoTrung},
	{"p", phuong}, {"x", xa}, {"q", quan}, {"h", huyen},
}
