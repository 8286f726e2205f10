package takeover

import (
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
	"github.com/tentpole-labs/tentpole/sandbox/internal/stage"
)

func init() {
	if len(os.Args) == 0 {
		return
	}
	switch os.Args[0] {
	case proto.InitName:
		stage.Main()
	case proto.ToolName:
		stage.Tool()
	}
}
