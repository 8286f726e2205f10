#include "textflag.h"

// func beside(args *cloneArgs, size uintptr) (child, errno uintptr)
//
// clone3(2) with a stack for the child, at whose upper end its errand lies: where
// a Go function finds its argument (ABI0). The linker need not know how deep it
// goes from there, for it is on a stack of its own.
TEXT ·beside(SB),NOSPLIT|NOFRAME,$0-32
	MOVQ	args+0(FP), DI
	MOVQ	size+8(FP), SI
	MOVQ	$435, AX
	SYSCALL
	TESTQ	AX, AX
	JEQ	born
	CMPQ	AX, $0xfffffffffffff001
	JLS	done
	NEGQ	AX
	MOVQ	$0, child+16(FP)
	MOVQ	AX, errno+24(FP)
	RET
done:
	MOVQ	AX, child+16(FP)
	MOVQ	$0, errno+24(FP)
	RET
born:
	MOVQ	$·alone(SB), AX
	CALL	AX
	INT	$3 // it does not return
