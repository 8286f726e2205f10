package experiment

// seeing are the experiments on what it can see.
var seeing = []Info{file, hostname}
