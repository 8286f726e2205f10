package experiment

// using are the experiments on what it can use.
var using = []Info{memoryLimit, whatItBelieves, cpuLimit, noisyNeighbour, forkBomb, freeze, diskLimit}
