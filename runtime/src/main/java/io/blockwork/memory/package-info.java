/**
 * Native memory: blocks that the garbage collector gives back, and the values in them, whether ND4J
 * knows of them or not; and the exception for values of another shape than they should have.
 * Whoever only moves values has no need to start ND4J, which takes longer than the first prediction
 * of a network.
 */
@NullMarked
package io.blockwork.memory;

import org.jspecify.annotations.NullMarked;
