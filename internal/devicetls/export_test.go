package devicetls

// Rejections gives the texts of the table of refusals, for tests that walk it.
func Rejections() (texts []string) {
	for _, row := range rejections {
		texts = append(texts, row.text)
	}
	return texts
}

// FailureReasons gives the reasons that cost a line in the log.
func FailureReasons() (failures []EndReason) {
	for _, row := range endReasons {
		if row.failure {
			failures = append(failures, row.EndReason)
		}
	}
	return failures
}
