package courier

import (
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

const (
	printedBytes = 8  // of binary data, enough to tell two tokens apart
	printedText  = 64 // of a payload
	printedItems = 4  // of a list
)

func printName(out []byte, name string) []byte {
	out = append(out, ' ')
	out = append(out, name...)
	return append(out, '=')
}

func printInteger(out []byte, name string, v uint64) []byte {
	return strconv.AppendUint(printName(out, name), v, 10)
}

func printText(out []byte, name, value string) []byte {
	return strconv.AppendQuote(printName(out, name), value)
}

// printBytes prints name=0001020304050607…(32), the number being the whole length.
func printBytes(out []byte, name string, value []byte) []byte {
	return appendShort(printName(out, name), value)
}

// printBody prints a payload as quoted text when it is UTF-8, else as bytes.
func printBody(out []byte, name string, value []byte) []byte {
	if !utf8.Valid(value) {
		return printBytes(out, name, value)
	}
	cut := min(len(value), printedText)
	for cut < len(value) && !utf8.RuneStart(value[cut]) {
		cut--
	}
	out = strconv.AppendQuote(printName(out, name), string(value[:cut]))
	return appendLength(out, cut, len(value))
}

// printList prints name=[first second +7], the number being those left out.
func printList(out []byte, name string, values [][]byte) []byte {
	out = append(printName(out, name), '[')
	shown := min(len(values), printedItems)
	for i, value := range values[:shown] {
		if i > 0 {
			out = append(out, ' ')
		}
		out = appendShort(out, value)
	}
	if more := len(values) - shown; more > 0 {
		out = strconv.AppendInt(append(out, " +"...), int64(more), 10)
	}
	return append(out, ']')
}

// itemName is the printed name of an item that has none.
func itemName(m mode, id uint8) string {
	if m != modePrint {
		return ""
	}
	return "item" + strconv.Itoa(int(id))
}

func appendShort(out, value []byte) []byte {
	cut := min(len(value), printedBytes)
	return appendLength(appendHex(out, value[:cut]), cut, len(value))
}

// appendLength marks a value of which only the first cut bytes are printed.
func appendLength(out []byte, cut, length int) []byte {
	if cut == length {
		return out
	}
	out = strconv.AppendInt(append(out, "…("...), int64(length), 10)
	return append(out, ')')
}

func appendHex(out, value []byte) []byte { return hex.AppendEncode(out, value) }
