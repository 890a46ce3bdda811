// Package filters has the filters: the one table of the words by which pushes are
// searched, counted, awaited, deleted and followed, and by which fault rules select.
//
//	topic=com.example.app & state=delivered & payload.aps.alert.title=Hello
//
// All words of a filter must match, each with one of its values. For attributes that does
// not match, [Filter.Differences] returns the words, with the wanted and the actual
// values. The caller fills in the [Attributes].
package filters
