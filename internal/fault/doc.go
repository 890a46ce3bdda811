// Package fault is misbehavior as data: named rules that say where, when and
// what goes wrong. Rules come and go while the simulator runs.
//
// It knows the kinds of faults, which rule applies to what is happening, how often
// it has, and the chance it takes, by a seed that makes a run repeatable. It leaves
// it to the edges to do what a rule says: they ask an [Engine] at each [Point], and
// act on the hits. It starts no goroutine.
//
//	rule  = name, where, when, what
//	where : filter words (space, topic, token, device, payload.…), listener, connection, source, path
//	when  : probability, times, after, every, until, an expression
//	what  : one of the kinds, with its parameters
package fault
