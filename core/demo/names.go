package demo

import "math/rand/v2"

// Family names with their shares in a hundred or so. Tôn stands for the
// royal line, whose sons are Tôn Thất and whose daughters Tôn Nữ.
var families = newShares(`Nguyễn 38 | Trần 12 | Lê 10 | Phạm 5 | Hoàng 5 | Phan 5 | Võ 4 | Hồ 4 | Đặng 3 | Trương 2 |
	Ngô 2 | Huỳnh 2 | Dương 1 | Đỗ 1 | Bùi 1 | Mai 1 | Cao 1 | Hà 1 | Đoàn 1 | Tôn 2 | Châu 1 | Lương 1`)

// highlandFamilies are those of the Tà Ôi, Pa Cô, Cơ Tu and Bru-Vân Kiều, many
// of whom took the family name of President Hồ.
var highlandFamilies = newShares(`Hồ 58 | Lê 6 | Trần 6 | Nguyễn 5 | A Viết 4 | A Rất 4 | A Lăng 4 | Ra Pát 3 | Pơ Loong 3 | Blúp 3 | Kăn 4`)

// Second parts of names and given names, by sex and by when they were in use.
var (
	menMiddle = newShares(`Văn 46 | Hữu 8 | Đình 7 | Quang 6 | Viết 5 | Xuân 5 | Đức 5 | Ngọc 4 | Minh 4 | Công 3 | Thanh 3 | Bá 2 | Khắc 2`)
	menGiven  = newShares(`Hùng 5 | Dũng 5 | Tuấn 5 | Minh 4 | Hải 4 | Sơn 4 | Thành 4 | Cường 3 | Long 3 | Hòa 3 | Bình 4 | Phúc 3 |
		Quang 3 | Thắng 3 | Trung 3 | Tâm 2 | Lộc 3 | Đạt 2 | Nam 3 | An 2 | Hiếu 3 | Phong 2 | Tiến 3 | Vinh 3 | Khánh 2 | Hậu 2 |
		Lợi 2 | Quý 2 | Tài 2 | Tân 2 | Thọ 2 | Toàn 2 | Trí 2 | Việt 2 | Kiên 2 | Nghĩa 2 | Phước 3 | Đông | Chiến | Mừng | Cảnh | Dự | Thuận`)
	boys = newShares(`Gia Bảo 4 | Minh Khang 4 | Quốc Huy 2 | Nhật Minh 3 | Hoàng Long 2 | Anh Khoa 2 | Đăng Khoa 3 | Bảo Khang 2 |
		Minh Quân 3 | Thiên Phúc 2 | Gia Huy 3 | Tuấn Kiệt 3 | Anh Tuấn 2 | Quang Vinh 2 | Minh Nhật 3 | Hữu Phước 2 | Nhật Huy 2 |
		Đức Anh 2 | Minh Triết | Tấn Phát | Hải Đăng | Khánh Duy | Phúc Nguyên | Trung Kiên | Thành Đạt | Bảo Long | Quốc Bảo 2 | Thế Anh`)
	womenGiven = newShares(`Hoa 4 | Lan 4 | Hương 5 | Hồng 4 | Mai 3 | Nga 3 | Thủy 4 | Hà 3 | Liên 3 | Phương 4 | Thu 3 | Vân 3 | Yến 2 |
		Tuyết 2 | Hiền 3 | Thanh 3 | Loan 2 | Cúc 2 | Hạnh 3 | Nhung 2 | Oanh 2 | Lý 2 | Bé 2 | Gái | Thảo 4 | Trang 3 | Linh 3 | Nhi 4 |
		Ngân 2 | Huệ 2 | Sương 2 | Thương 2 | Diệu 2 | Tâm 2 | Xuân 2 | Ánh 2 | Châu | Dung 2 | Kim | Lệ 2 | Quyên | Thơm | Vui | Chanh`)
	womenMiddle = newShares(`Thu 3 | Ngọc 5 | Thanh 4 | Thùy 3 | Kim 4 | Minh 2 | Mỹ 3 | Diệu 3 | Hồng 3 | Quỳnh 2 | Bích 2 | Như 2 | Phương 2 | Hoàng`)
	girls       = newShares(`Bảo Ngọc 4 | Khánh Linh 4 | Quỳnh Như 3 | Bảo Trân 2 | Minh Thư 3 | Ngọc Hân 3 | Gia Hân 4 | Phương Thảo 3 | Thảo Nhi 4 |
		Quỳnh Anh 3 | Tường Vy 3 | Bảo Châu 3 | Khánh Ngọc 2 | Anh Thư 3 | Diệu Linh 2 | Hoài Thương 2 | Thùy Trang 2 | Uyên Nhi 2 |
		Ngọc Ánh 2 | Kim Ngân 2 | Như Ý 3 | Thanh Trúc 2 | Yến Nhi 3 | Hải My | Hà My | Cát Tường | Tâm Như | Bảo An | An Nhiên 2`)
	highlandGiven = newShares(`Nhói | Dơn | Bốn | Mười | Thiết | Khoa | Kiên | Ngân | Xiêng | Lương | Đoan | Hùng 2 | Thắng 2 | Hạnh 2 |
		Sương | Lan 2 | Hoa 2 | Đợi | Nghĩa | Lâm | Xuân | Thông | Hiếu | Nhung`)
	royalDaughters = newShares(`Tôn Nữ 12 | Công Tôn Nữ 2 | Công Tằng Tôn Nữ 3 | Công Huyền Tôn Nữ 3`)
)

// givenName is what stands behind the family name.
func givenName(r *rand.Rand, sex string, born int, highland bool) string {
	young := born >= 2000 && chance(r, 800) || born >= 1985 && born < 2000 && chance(r, 350)
	if sex == female {
		thi := 850
		if born >= 1985 {
			thi = 450
		}
		switch {
		case highland:
			return "Thị " + highlandGiven.pick(r)
		case young && chance(r, 300):
			return "Thị " + girls.pick(r)
		case young:
			return girls.pick(r)
		case chance(r, thi):
			if chance(r, 350) {
				return "Thị " + womenMiddle.pick(r) + " " + womenGiven.pick(r)
			}
			return "Thị " + womenGiven.pick(r)
		}
		return womenMiddle.pick(r) + " " + womenGiven.pick(r)
	}
	switch {
	case highland:
		return "Văn " + highlandGiven.pick(r)
	case young:
		return boys.pick(r)
	}
	return menMiddle.pick(r) + " " + menGiven.pick(r)
}

// fullName makes a name of a family; people of one family share it.
func fullName(r *rand.Rand, family, sex string, born int, highland bool) string {
	switch {
	case family == "Tôn" && sex == female:
		return royalDaughters.pick(r) + " " + girls.pick(r)
	case family == "Tôn":
		return "Tôn Thất " + menGiven.pick(r)
	case family == "Kăn" && sex == female, len(family) > 2 && highland && isClan(family):
		return family + " " + highlandGiven.pick(r)
	case family == "Kăn": // a word for women
		family = "Hồ"
	}
	return family + " " + givenName(r, sex, born, highland)
}

// isClan tells families of the highlands, which stand before a single given name.
func isClan(family string) bool {
	switch family {
	case "A Viết", "A Rất", "A Lăng", "Ra Pát", "Pơ Loong", "Blúp":
		return true
	}
	return false
}

// studentName is a name of the Lao students at Huế's colleges.
func studentName(r *rand.Rand, sex string) string {
	family := laoFamilies.pick(r)
	if sex == female {
		return laoWomen.pick(r) + " " + family
	}
	return laoMen.pick(r) + " " + family
}

var (
	laoMen      = newShares(`Somsack | Khamphone | Bounmy | Sengphet | Anousone | Thavone | Souksakhone`)
	laoWomen    = newShares(`Manivanh | Chanthala | Phoutsady | Souphaphone | Viengkham | Latsamy | Daovone`)
	laoFamilies = newShares(`Vongsa | Keomany | Phommasack | Sisavath | Inthavong | Xayasone | Douangdy | Bounyong`)
)
