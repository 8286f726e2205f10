package inside

// MarkFile lies in every directory of the host's that an experiment shows
// inside, and says whose it is.
const MarkFile = ".tentpole"
