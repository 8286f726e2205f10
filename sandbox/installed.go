package sandbox

// InitName is what the program for inits is called where it lies beside tentpole's
// own, as in a learner's tent.
const InitName = "tentpole-init"
