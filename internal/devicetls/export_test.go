package devicetls

// Rejections gives the texts of the table of refusals, for tests that walk it.
func Rejections() (texts []string) {
	for _, row := range rejections {
		texts = append(texts, row.text)
	}
	return texts
}

// FailureEndings gives the endings that cost a line in the log.
func FailureEndings() (failures []Ending) {
	for _, row := range endings {
		if row.failure {
			failures = append(failures, row.Ending)
		}
	}
	return failures
}
