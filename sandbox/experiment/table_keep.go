package experiment

// keeping are the experiments on what it keeps.
var keeping = []Info{volume, copyUp, stateful, rollback, bundle, surface, unmodified, oneHost}
