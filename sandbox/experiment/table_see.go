package experiment

// seeing are the experiments on what it can see.
var seeing = []Info{file, processes, signals, hostname, mounts, chrootEscape, ipc, root, memoryPeek, clock, cgroupView}
