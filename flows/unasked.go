package flows

// The locale keys of what goes to a telephone whose holder did not just write.
const (
	codeText  = "code.text"  // the code that proves a phone
	proxyTold = "proxy.told" // somebody declared for them
	enterTold = "enter.told" // an officer typed a declaration in for them
)

// Unasked lists them. Under a brand name each needs a text that the carriers
// registered, and Zalo takes them beyond its windows as templates only.
func Unasked() []string {
	return []string{codeText, proxyTold, enterTold, measureChanged, measureChangedOf}
}
