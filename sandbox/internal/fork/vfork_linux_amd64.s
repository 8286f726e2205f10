#include "textflag.h"

// func vfork(trap, a1, a2, a3 uintptr) (child, errno uintptr)
//
// The child runs on its parent's stack and overwrites the return address there;
// the parent, which goes on only when the child has executed or ended, finds
// it in a register. As in syscall/asm_linux_amd64.s of Go's standard library.
TEXT ·vfork(SB),NOSPLIT|NOFRAME,$0-48
	MOVQ	a1+8(FP), DI
	MOVQ	a2+16(FP), SI
	MOVQ	a3+24(FP), DX
	MOVQ	$0, R10
	MOVQ	$0, R8
	MOVQ	$0, R9
	MOVQ	trap+0(FP), AX
	POPQ	R12
	SYSCALL
	PUSHQ	R12
	CMPQ	AX, $0xfffffffffffff001
	JLS	done
	NEGQ	AX
	MOVQ	$0, child+32(FP)
	MOVQ	AX, errno+40(FP)
	RET
done:
	MOVQ	AX, child+32(FP)
	MOVQ	$0, errno+40(FP)
	RET
