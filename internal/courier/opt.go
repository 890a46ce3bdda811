package courier

// An Opt is an integer field in which zero and absent differ. The zero Opt is absent.
type Opt[T integer] struct {
	Value T
	Set   bool
}

// Some returns a field that is present with the value v.
func Some[T integer](v T) Opt[T] { return Opt[T]{Value: v, Set: true} }
