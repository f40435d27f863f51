/**
 * Machine code for x86-64, written when a network is bound and every size is known.
 *
 * <p>{@link io.blockwork.engine.x86.Assembler} turns instructions into bytes, for AVX-512 or for
 * AVX2 with FMA from the same description; {@link io.blockwork.engine.x86.CodeMemory} makes the
 * bytes executable, and never writable again. There are no more instructions here than kernels use.
 */
@NullMarked
package io.blockwork.engine.x86;

import org.jspecify.annotations.NullMarked;
