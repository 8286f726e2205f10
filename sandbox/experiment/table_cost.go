package experiment

// costing are the experiments on what it costs.
var costing = []Info{start, overhead, density}
