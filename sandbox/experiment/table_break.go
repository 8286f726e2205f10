package experiment

// breaking are the experiments on ways out.
var breaking = []Info{escape}
