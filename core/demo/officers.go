package demo

import "khaibao/core/duty"

// Officer is an account of the sandbox. Its password stands in the clear here
// and on the sandbox's page: such accounts never belong beside real people.
type Officer struct {
	Name, SignIn string
	Duty         duty.Duty
	Area         string // GSO code
	Password     string
}

// Officers are the accounts of the sandbox: one for each duty that has pages,
// at work in Huế, and a leader of each level.
func Officers() []Officer {
	const (
		province = "46"
		city     = "474"
		ward     = "19815" // An Đông
	)
	return []Officer{
		{"Hồ Thị Thanh Tâm", "to.cong.dong", duty.Team, ward, "demo-khaibao-team"},
		{"Trần Đình Cảnh", "cong.an", duty.Police, city, "demo-khaibao-police"},
		{"Lê Thị Hoài Thương", "tram.y.te", duty.Station, ward, "demo-khaibao-station"},
		{"Phan Hữu Lộc", "so.hoa", duty.Digitisation, city, "demo-khaibao-digitisation"},
		{"Võ Thị Diệu Hiền", "cdc", duty.CDC, province, "demo-khaibao-cdc"},
		{"Nguyễn Văn Vinh", "lanh.dao", duty.Leader, province, "demo-khaibao-leader"},
		{"Trương Thị Bích Liên", "lanh.dao.tp", duty.Leader, city, "demo-khaibao-leader-city"},
		{"Dương Đình Hải", "lanh.dao.phuong", duty.Leader, ward, "demo-khaibao-leader-ward"},
		{"Hoàng Thị Ngọc Lan", "trung.tam", duty.Centre, province, "demo-khaibao-centre"},
		{"Đặng Quang Tài", "quan.tri", duty.Admin, province, "demo-khaibao-admin"},
	}
}
