package corpus

// StatusPaused is a constant of Status in another file.
const StatusPaused Status = "paused"
