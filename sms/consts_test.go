package sms

const (
	speedToken = "SPEEDSMSTOKEN0123456789ABCDEF"
	httpSecret = "a-secret-of-the-general-gateway"
)
