/** Tests of the assembler. */
@org.jspecify.annotations.NullMarked
package io.blockwork.engine.x86;
