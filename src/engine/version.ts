/**
 * Names what the engine would say: two files with the same bytes and the same version get the same report.
 *
 * A date and a counter. Raise it with every change that can change a report: a detector, a threshold, a sentence, a
 * decoder's version. Results of an earlier version are never served as an answer to a new upload.
 */
export const engineVersion = '2026.11.2'
