#include "textflag.h"

// func vfork(trap, a1, a2, a3 uintptr) (child, errno uintptr)
//
// As in syscall/asm_linux_arm64.s of Go's standard library: the return address
// is in a register anyway.
TEXT ·vfork(SB),NOSPLIT,$0-48
	MOVD	a1+8(FP), R0
	MOVD	a2+16(FP), R1
	MOVD	a3+24(FP), R2
	MOVD	$0, R3
	MOVD	$0, R4
	MOVD	$0, R5
	MOVD	trap+0(FP), R8
	SVC
	CMN	$4095, R0
	BCC	done
	NEG	R0, R0
	MOVD	ZR, child+32(FP)
	MOVD	R0, errno+40(FP)
	RET
done:
	MOVD	R0, child+32(FP)
	MOVD	ZR, errno+40(FP)
	RET
