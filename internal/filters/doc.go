// Package filters has the filter words: the one table of what a push can be
// searched, counted, awaited, deleted and followed by, and what a fault can be
// aimed with.
//
//	topic=com.example.app & state=delivered & payload.aps.alert.title=Hello
//
// Different words all have to hold; of several values of one word, one has to.
// A match that fails tells in which words, what was wanted and what was there
// instead.
//
// It knows the words and their values. What a push is, and where its fields
// come from, is up to whoever fills in a [Subject].
package filters
