package experiment

// doing are the experiments on what it may do.
var doing = []Info{capabilities, setuid, syscalls, landlock, masked, oneKernel, leaks}
