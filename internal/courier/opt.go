package courier

// An Opt is an integer field that tells zero from absent. The zero Opt is absent.
type Opt[T integer] struct {
	Value T
	Set   bool
}

// Some gives a field that is present with the value v.
func Some[T integer](v T) Opt[T] { return Opt[T]{Value: v, Set: true} }
