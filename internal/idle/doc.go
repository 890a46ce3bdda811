// Package idle keeps connections small while nothing comes over them: workers that
// many share in place of a goroutine for each, and what crypto/tls need not hold
// meanwhile.
//
// A connection of which somebody tells when something has come reads until
// [ErrWouldBlock], gives back what it does not need, and leaves its worker.
package idle
