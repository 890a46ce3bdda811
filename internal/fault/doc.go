// Package fault has the fault rules: named rules that say where, when and how the
// simulator misbehaves. Rules are added and removed while the simulator runs.
//
// It decides which rules apply, counts how often they have, and makes random choices by a
// seed, so that a run can be repeated. It does not carry out a fault: the servers ask an
// [Engine] at each [Point], and act on the hits. It starts no goroutine.
//
//	rule  = name, where, when, what
//	where : filter words (space, topic, token, device, payload.…), listener, connection, source, path
//	when  : probability, times, after, every, until, an expression
//	what  : one of the kinds, with its parameters
package fault
