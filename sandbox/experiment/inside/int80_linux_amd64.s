#include "textflag.h"

// func int80(number int32) int32
//
// INT 0x80 is the door for 32-bit programs; the kernel opens it to 64-bit ones
// as well, and counts their calls by the 32-bit table.
TEXT ·int80(SB), NOSPLIT, $0-12
	MOVL number+0(FP), AX
	INT  $0x80
	MOVL AX, ret+8(FP)
	RET
