package experiment

// connecting are the experiments on whom it can reach, and who reaches it.
var connecting = []Info{interfaces, port, publish, neighbours, link}
